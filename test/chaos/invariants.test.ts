import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import type { CreatedMessage } from '../../src/simulator/store.ts';
import { tempFolder } from '../context.ts';
import { lease, row, take, write } from '../contracts/campaigns.ts';
import { takeStock } from './invariants.ts';

const sidOf = (n: number) => `SM${String(n).padStart(32, '0')}`;
const rows = [row(1), row(2), row(3)];
const everybody = rows.map(({ to }) => to);
const created = (n: number, to = everybody[n] ?? ''): CreatedMessage => ({ sid: sidOf(n), to }) as CreatedMessage;

/** A ledger in which the first rows are accepted with the SIDs of these numbers. */
async function ledgerWith(...sids: number[]): Promise<string> {
  const path = join(tempFolder(), 'ledger.db');
  const ledger = openSqliteLedger(path);
  const { id } = await write(ledger, 'c', rows);
  const held = await lease(ledger, id);
  const claims = await take(ledger, held, '12345', sids.length);
  const accepted = (n: number) => ({ state: 'accepted', sid: sidOf(n), status: 'queued' }) as const;
  await ledger.record(
    held,
    claims.map(({ id: messageId, attempt }, i) => ({ messageId, attempt, change: accepted(sids[i] ?? 0) })),
  );
  await ledger.close();
  return path;
}

const whole = [created(0), created(1), created(2)];

it.each([
  ['nothing is wrong', [0, 1, 2], whole, everybody, { lost: 0, doubled: 0 }],
  ['one was never created', [0, 1, 2], whole.slice(0, 2), everybody, { lost: 1, doubled: 0 }],
  ['one is still to be sent', [0, 1], whole.slice(0, 2), everybody, { lost: 1, doubled: 0 }],
  ['one is still to be sent, and was', [0, 1], whole, everybody, { lost: 1, doubled: 0 }],
  ['one has the SID of another', [1, 0, 2], whole, everybody, { lost: 2, doubled: 0 }],
  ['one is not in the ledger', [0, 1, 2], whole, [...everybody, '+14155559999'], { lost: 1, doubled: 0 }],
  ['one was sent whom nobody asked for', [0, 1, 2], [...whole, created(3, '+1999')], everybody, { lost: 1 }],
  ['one was sent twice', [0, 1, 2], [...whole, created(3, everybody[0])], everybody, { lost: 0, doubled: 1 }],
])('tells when %s', async (_, sids, truth, recipients, expected) => {
  expect(takeStock(await ledgerWith(...sids), truth, recipients, [])).toMatchObject(expected);
});
