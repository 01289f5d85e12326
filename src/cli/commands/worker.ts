import type { Command } from 'commander';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { workerTable } from '../options/worker.ts';

const help = `Works on whatever was enqueued with batch --enqueue, and runs what is scheduled, together with any number of others
on one ledger on PostgreSQL. A sender's rate, a campaign's budget and concurrency hold over all of them; who dies is
replaced, and what it had begun is looked up at Twilio, never sent again blindly.
--senders 10 has it work on ten senders of a campaign at a time, so that workers share those of a campaign with hundreds.
SIGTERM ends it: what is on its way is waited for and recorded.

Examples:
  volley worker --ledger postgres://volley@db/volley
  volley worker --drain                    until nothing is left
  volley worker --metrics-port 9090        Prometheus at /metrics, health at /healthz, on this machine`;

/** Declares `volley worker`. */
export function declareWorker(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(workerTable, async (options, context) => (await import('../sending/worker.ts')).worker(options, context));
}
