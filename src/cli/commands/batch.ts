import type { Command } from 'commander';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { batchTable, checkTable } from '../options/batch.ts';

const examples = `Examples:
  volley batch customers.csv --from +14155550199 --body 'Hi {{ first_name }}.'
  volley batch customers.csv --template reminder.liquid --dry-run
                                     the plan and every problem, nothing sent
  volley batch customers.csv --template welcome --campaign news --yes --quiet
                                     from cron: each customer once, ever
  cat events.ndjson | volley batch - --messaging-service-sid MG… --yes --json`;

/** Declares `volley batch`. */
export function declareBatch(command: Command, act: Act): void {
  addIntroduction(command, examples);
  act(batchTable, async (options, context) => (await import('../sending/batch.ts')).batch(options, context));
}

const checkExamples = `Examples:
  volley check customers.csv --template reminder.liquid
  volley check list.csv --map to=phone --country US --body 'Hi {{ name }}'
  volley check customers.csv --template reminder.liquid --online --json`;

/** Declares `volley check`. */
export function declareCheck(command: Command, act: Act): void {
  addIntroduction(command, checkExamples);
  act(checkTable, async (options, context) => (await import('../sending/batch.ts')).check(options, context));
}
