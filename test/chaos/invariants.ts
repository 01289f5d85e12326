import { readFileSync } from 'node:fs';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import type { CreatedMessage } from '../../src/simulator/store.ts';

/** How a campaign ended, counted from the ledger and from what was really created. */
export interface Tally {
  readonly rows: number;
  readonly accepted: number;
  readonly unknown: number;
  /** Recipients that nobody accounts for: neither sent nor open nor refused. */
  readonly lost: number;
  /** Messages that were created beyond the first for a recipient. */
  readonly doubled: number;
}

/** What must hold after every run. Throws what does not; returns the count. */
export function checkInvariants(
  ledger: string,
  truth: readonly CreatedMessage[],
  rows: number,
  secrets: readonly string[],
): Tally {
  const database = openDatabase(ledger);
  try {
    const check = Object.values(database.prepare<object>('pragma integrity_check').get() ?? {})[0];
    must(check === 'ok', `the ledger's integrity check says ${check}`);
    const messages = database
      .prepare<{ recipient: string; state: string; sid: string | null }>(
        'select m.recipient, m.state, m.sid from messages m join campaigns c on c.id = m.campaign_id where c.ready = 1',
      )
      .all();
    must(messages.length === rows, `${messages.length} rows in the ledger, ${rows} in the file`);
    const bySid = new Map(truth.map(({ sid, to }) => [sid, to]));
    const created = new Set(truth.map(({ to }) => to));
    const sids = new Set<string>();
    for (const { recipient, state, sid } of messages) {
      if (state === 'accepted') {
        must(
          sid !== null && bySid.get(sid) === recipient,
          `${recipient} is accepted with ${sid}, which is not its own`,
        );
        must(!sids.has(sid ?? ''), `${sid} belongs to two rows`);
        sids.add(sid ?? '');
      }
      if (state === 'rejected' || state === 'invalid')
        must(!created.has(recipient), `${recipient} is ${state}, and was sent`);
      if (state === 'pending')
        must(!created.has(recipient), `${recipient} is pending, and was sent: it would be sent again`);
    }
    for (const suffix of ['', '-wal']) refuseSecrets(`${ledger}${suffix}`, secrets);
    const count = (wanted: string) => messages.filter(({ state }) => state === wanted).length;
    return {
      rows,
      accepted: count('accepted'),
      unknown: count('unknown'),
      lost: messages.filter(({ recipient, state }) => state === 'accepted' && !created.has(recipient)).length,
      doubled: truth.length - created.size,
    };
  } finally {
    database.close();
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function refuseSecrets(file: string, secrets: readonly string[]): void {
  let bytes = '';
  try {
    bytes = readFileSync(file, 'latin1');
  } catch {
    return;
  }
  for (const secret of secrets) must(!bytes.includes(secret), `a secret stands in ${file}`);
}
