import { readFileSync } from 'node:fs';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import type { CreatedMessage } from '../../src/simulator/store.ts';

/** How a campaign ended, counted from the input, the ledger and what was really created. */
export interface Tally {
  /** Recipients in the input. */
  readonly rows: number;
  readonly accepted: number;
  readonly unknown: number;
  /** Recipients of whom the ledger does not say what became of them, or says what is not so. */
  readonly lost: number;
  /** Messages that were created beyond the first for a recipient. */
  readonly doubled: number;
  /** What is wrong with the first of those that are lost. */
  readonly problems: readonly string[];
}

/** What a ledger says of one recipient. */
export interface LedgerRow {
  readonly recipient: string;
  readonly state: string;
  readonly sid: string | null;
}

/** Counts how a campaign to these recipients ended, by a file. Throws when it is damaged or holds a secret. */
export function takeStock(
  ledger: string,
  truth: readonly CreatedMessage[],
  recipients: readonly string[],
  secrets: readonly string[],
): Tally {
  for (const suffix of ['', '-wal']) refuseSecrets(`${ledger}${suffix}`, secrets);
  return tallyOf(readRows(ledger), truth, recipients);
}

/** Holds what a ledger says against what was really created. */
export function tallyOf(
  rows: readonly LedgerRow[],
  truth: readonly CreatedMessage[],
  recipients: readonly string[],
): Tally {
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length;
  const problems = [...problemsOf(rows, truth, recipients)];
  return {
    rows: recipients.length,
    accepted: count('accepted'),
    unknown: count('unknown'),
    lost: problems.length,
    doubled: truth.length - new Set(truth.map(({ to }) => to)).size,
    problems: problems.slice(0, 5),
  };
}

function readRows(ledger: string): LedgerRow[] {
  const database = openDatabase(ledger);
  try {
    const check = Object.values(database.prepare<object>('pragma integrity_check').get() ?? {})[0];
    if (check !== 'ok') throw new Error(`the ledger's integrity check says ${check}`);
    return database
      .prepare<LedgerRow>(
        'select m.recipient, m.state, m.sid from messages m join campaigns c on c.id = m.campaign_id where c.ready = 1',
      )
      .all();
  } finally {
    database.close();
  }
}

/** Every recipient that is not accounted for, with why; then what was created and belongs to no row. */
function* problemsOf(
  rows: readonly LedgerRow[],
  truth: readonly CreatedMessage[],
  recipients: readonly string[],
): Generator<string> {
  const bySid = new Map(truth.map(({ sid, to }) => [sid, to]));
  const created = new Set(truth.map(({ to }) => to));
  const byRecipient = new Map(rows.map((row) => [row.recipient, row]));
  const owners = new Map<string, string>();
  for (const to of recipients) {
    const problem = problemOf(to, byRecipient.get(to), bySid, created);
    if (problem !== undefined) yield problem;
  }
  for (const { recipient, sid } of rows) {
    if (sid !== null && owners.has(sid)) yield `${sid} belongs to ${recipient} and to ${owners.get(sid)}`;
    if (sid !== null) owners.set(sid, recipient);
  }
  for (const to of created) if (!byRecipient.has(to)) yield `${to} was sent, and is not in the ledger`;
  if (rows.length > byRecipient.size) yield `${rows.length - byRecipient.size} recipients are in the ledger twice`;
}

function problemOf(
  to: string,
  row: LedgerRow | undefined,
  bySid: ReadonlyMap<string, string>,
  created: ReadonlySet<string>,
): string | undefined {
  if (!row) return `${to} is not in the ledger`;
  switch (row.state) {
    case 'unknown':
      return undefined;
    case 'accepted':
      return bySid.get(row.sid ?? '') === to ? undefined : `${to} is accepted with ${row.sid}, which is not its own`;
    case 'rejected':
      return created.has(to) ? `${to} is rejected, and was sent` : undefined;
    default:
      return `${to} is ${row.state} at the end${created.has(to) ? ', and was sent' : ''}`;
  }
}

function refuseSecrets(file: string, secrets: readonly string[]): void {
  let bytes = '';
  try {
    bytes = readFileSync(file, 'latin1');
  } catch {
    return;
  }
  for (const secret of secrets) if (bytes.includes(secret)) throw new Error(`a secret stands in ${file}`);
}
