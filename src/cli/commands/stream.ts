import type { Command } from 'commander';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { streamTable } from '../options/stream.ts';

const examples = `Each line on standard input is an event, a JSON object with the same names as the columns of a file. It is written
down and sent at once. Its id (--key, default "id") makes redelivery harmless: an id that came before is passed over,
also in a later run with the same --campaign. A bad event is reported, and the stream goes on.

Examples:
  tail -f orders.ndjson | volley stream --campaign orders --from +14155550199 --body 'Order {{ order }} has left us.'
  kcat -C -t texts | volley stream --campaign texts --key event_id --output ndjson`;

/** Declares `volley stream`. */
export function declareStream(command: Command, act: Act): void {
  addIntroduction(command, examples);
  act(streamTable, async (options, context) => (await import('../sending/stream.ts')).stream(options, context));
}
