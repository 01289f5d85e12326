import type { Command } from 'commander';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { sendTable } from '../options/send.ts';

const examples = `Examples:
  volley send +14155550100 'Your table is ready.' -f +14155550199
  volley send -t +14155550100 -t +14155550101 -f +14155550199 -b 'We open at nine.' --dry-run
  echo 'Disk full on db1' | volley send --to +14155550100 --messaging-service-sid MG… --body -
  volley send --to +14155550100 --from +14155550199 --media-url https://example.com/a.png
  volley send --to +14155550100 --template reminder.liquid --field first_name=Ada
  volley send --to +14155550100 --body 'Your code is 8812.' --campaign otp-8812    the same again sends nothing`;

/** Declares `volley send`. */
export function declareSend(command: Command, act: Act): void {
  addIntroduction(command, examples);
  act(sendTable, async (options, context) => (await import('../sending/send.ts')).send(options, context));
}
