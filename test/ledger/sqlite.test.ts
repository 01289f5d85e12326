import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { planKeys } from '../../src/ledger/sqlite/keys.ts';
import { start } from '../../src/ledger/sqlite/migrations/001-start.ts';
import { consentAndCost } from '../../src/ledger/sqlite/migrations/002-consent-and-cost.ts';
import { delivery } from '../../src/ledger/sqlite/migrations/003-delivery.ts';
import { afterlife } from '../../src/ledger/sqlite/migrations/004-afterlife.ts';
import { running } from '../../src/ledger/sqlite/migrations/005-running.ts';
import { messageKeys } from '../../src/ledger/sqlite/migrations/006-message-keys.ts';
import { replies } from '../../src/ledger/sqlite/migrations/007-replies.ts';
import { pauses } from '../../src/ledger/sqlite/migrations/008-pauses.ts';
import { migrate } from '../../src/ledger/sqlite/migrations/migrate.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { planRowAdder } from '../../src/ledger/sqlite/plan-rows.ts';
import { makePlanTables } from '../../src/ledger/sqlite/plan-tables.ts';
import { chunkRows, copyPlan } from '../../src/ledger/sqlite/publish.ts';
import { campaignTotals, spentSoFar, stateCounts } from '../../src/ledger/statements.ts';
import { tempFolder } from '../context.ts';
import { counts, lease, row, take, write } from '../contracts/campaigns.ts';
import { ledgerContract } from '../contracts/ledger.ts';

describe('the SQLite ledger', () => {
  const open = (clock: { now: number }) => openSqliteLedger(join(tempFolder(), 'ledger.db'), () => clock.now);
  ledgerContract(open);

  it('leaves no byte of what was purged in its files, and refuses to guess when its key is lost', async () => {
    const folder = tempFolder();
    const path = join(folder, 'ledger.db');
    let now = 0;
    const ledger = openSqliteLedger(path, () => now);
    const { id } = await write(ledger, 'test', [row(1)]);
    const held = await lease(ledger, id);
    const [claim] = await take(ledger, held, '12345', 1);
    const change = { state: 'accepted', sid: `SM${'1'.repeat(32)}`, status: 'queued' } as const;
    await ledger.record(held, [{ messageId: claim?.id ?? '', attempt: 1, change }]);
    writeFileSync(`${path}.v3.bak`, row(1).to);
    now = 5 * 86_400_000;
    await ledger.purge(now - 1000);
    const files = readdirSync(folder);
    expect(files).not.toContain('ledger.db.v3.bak');
    for (const file of files) expect(readFileSync(join(folder, file), 'latin1')).not.toContain(row(1).to.slice(1));
    expect(statSync(`${path}.key`).mode & 0o777).toBe(0o600);
    rmSync(`${path}.key`);
    await expect(write(ledger, 'test', [row(1)])).rejects.toThrow(/ledger\.db\.key/);
    await ledger.close();
  });

  it('is for its user only', () => {
    const path = join(tempFolder(), 'deep', 'ledger.db');
    openSqliteLedger(path, Date.now);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
  });

  it('waits for the disk at each commit', () => {
    const database = openDatabase(join(tempFolder(), 'ledger.db'));
    const pragma = (name: string) => Object.values(database.prepare<object>(`pragma ${name}`).get() ?? {})[0];
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('secure_delete')]).toEqual(['wal', 2, 1]);
  });

  it('refuses a ledger of a newer version', () => {
    const path = join(tempFolder(), 'ledger.db');
    openDatabase(path).exec('pragma user_version = 99');
    expect(() => openSqliteLedger(path, Date.now)).toThrow(/newer version/);
  });

  it('refuses a file that is no database, and a folder that cannot be made', () => {
    const path = join(tempFolder(), 'ledger.db');
    writeFileSync(path, 'not a database, but long enough to look at; '.repeat(30));
    expect(() => openSqliteLedger(path, Date.now)).toThrow(/Cannot open the ledger/);
    expect(() => openSqliteLedger(join(path, 'below-a-file', 'ledger.db'), Date.now)).toThrow(/Cannot make the folder/);
  });

  it('takes a campaign over at once from a process of this machine that is gone', async () => {
    const path = join(tempFolder(), 'ledger.db');
    const ledger = openSqliteLedger(path, Date.now);
    const staging = await ledger.stage({ name: 'test', stem: 'x', source: 'x' });
    await staging.add([row(2)]);
    const { id } = await staging.commit('hash');
    const { hostname } = await import('node:os');
    await ledger.acquire(id, { host: hostname(), pid: 2 ** 22 + 1 });
    expect(await ledger.acquire(id, { host: hostname(), pid: process.pid })).toHaveProperty('owner');
    expect(await ledger.acquire(id, { host: hostname(), pid: 1 })).toHaveProperty('heldBy');
  });

  it('holds nothing of a plan before its commit, and lets others write meanwhile', async () => {
    const path = join(tempFolder(), 'ledger.db');
    const ledger = openSqliteLedger(path, Date.now);
    const other = openDatabase(path);
    other.exec('pragma busy_timeout = 50');
    const staging = await ledger.stage({ name: 'list', stem: 'x', source: 'x' });
    await staging.add([row(2), row(3)]);
    await staging.price([{ country: null, sender: '12345', hasMedia: false, unitPrice: 1 }], 'USD');
    other.exec('begin immediate');
    await staging.add([row(4)]);
    expect(await staging.plan()).toMatchObject({ toSend: 3, cost: { amount: 3, currency: 'USD' } });
    other.exec('commit');
    const counts = other.prepare<object>(`select (select count(*) from messages) as messages,
      (select count(*) from message_keys) as keys, (select count(*) from campaigns where ready) as campaigns`);
    expect(counts.get()).toEqual({ messages: 0, keys: 0, campaigns: 0 });
    await staging.commit('hash');
    expect(counts.get()).toEqual({ messages: 3, keys: 3, campaigns: 1 });
    await ledger.close();
  });

  it('forgets a plan whose process died on its way into the ledger', async () => {
    const clock = { now: 0 };
    const path = join(tempFolder(), 'ledger.db');
    const ledger = openSqliteLedger(path, () => clock.now);
    const { id } = await write(ledger, 'lost', [row(2)]);
    const database = openDatabase(path);
    const left = () =>
      database
        .prepare<object>(
          `select (select count(*) from messages) as messages, (select count(*) from message_keys) as keys`,
        )
        .get();
    database.prepare('update campaigns set ready = 0 where id = :id').run({ id });
    expect(await ledger.campaigns(9)).toEqual([]);
    await ledger.stage({ name: 'next', stem: 'x', source: 'x' });
    expect(left()).toEqual({ messages: 1, keys: 1 });
    clock.now += 25 * 3_600_000;
    await ledger.stage({ name: 'next', stem: 'x', source: 'x' });
    expect(left()).toEqual({ messages: 0, keys: 0 });
    await ledger.close();
  });

  it('commits a plan that was so long in coming that it was taken for a dead one', async () => {
    const clock = { now: 0 };
    const path = join(tempFolder(), 'ledger.db');
    const ledger = openSqliteLedger(path, () => clock.now);
    const staging = await ledger.stage({ name: 'slow', stem: 'x', source: 'x' });
    await staging.add([row(2)]);
    clock.now += 25 * 3_600_000;
    await write(
      openSqliteLedger(path, () => clock.now),
      'other',
      [row(3)],
    );
    const { id } = await staging.commit('hash');
    expect(await ledger.report(id)).toMatchObject({ rows: 1, counts: { pending: 1 } });
    await ledger.close();
  });

  it('copies a large plan in parts, between which others may write', () => {
    const path = join(tempFolder(), 'ledger.db');
    const database = openDatabase(path);
    migrate(database, path);
    const tables = makePlanTables(database, 'a');
    const rows = Array.from({ length: chunkRows + 7 }, (_, i) => row(i, { key: `k${(i * 7919) % 1_000_003}` }));
    planRowAdder(database, tables, true)(rows);
    planKeys(database, tables, true)();
    const begin = database.prepare(`insert into campaigns (id, name, source, created_at, touched_at)
      values (:id, :id, 'x', 0, 0)`);
    for (const id of ['a', 'b']) begin.run({ id });
    const foreign = database.prepare(`insert into messages (id, campaign_id, line, recipient, sender, state)
      values (:id, 'b', 1, 'x', 'x', 'invalid')`);
    let parts = 0;
    const inTransaction = <T>(work: () => T): T => {
      const value = database.transaction(work);
      foreign.run({ id: `b-${++parts}` });
      return value;
    };
    copyPlan(database, { id: 'a', tables, rows: rows.length, storesText: true, at: 0 }, inTransaction);
    expect(parts).toBe(4);
    const found = database.prepare<{ n: number; own: number }>(`select count(*) as n,
      count(*) filter (where m.campaign_id = 'a' and m.id = 'a-' || (m.line + 1)) as own
      from message_keys k join messages m on m.seq = k.seq and m.key = k.key`);
    expect(found.get()).toEqual({ n: rows.length, own: rows.length });
    database.close();
  });

  it('goes on with a ledger of the first version, and keeps a copy of it', async () => {
    const path = join(tempFolder(), 'ledger.db');
    const old = openDatabase(path);
    migrate(old, path, [start]);
    old.exec(`insert into campaigns (id, name, source, created_at, ready, touched_at) values ('c', 'old', 'x', 1, 1, 1);
      insert into messages (id, campaign_id, line, key, recipient, sender, request, state)
      values ('m', 'c', 2, '+1', '+1', '12345', '{"to":"+1","from":"12345","body":"Hi"}', 'pending')`);
    old.close();
    const ledger = openSqliteLedger(path, Date.now);
    const campaign = await ledger.find('old');
    const lease = await ledger.acquire(campaign?.id ?? '', { host: 'x', pid: 1 });
    if ('heldBy' in lease) throw new Error('held');
    expect(await take(ledger, lease, '12345', 1)).toMatchObject([{ to: '+1', state: 'claimed' }]);
    expect(statSync(`${path}.v1.bak`).mode & 0o777).toBe(0o600);
    // It knows which rows it has: the same key again is not new.
    expect(await ledger.append(campaign?.id ?? '', [{ ...row(3), key: '+1' }, row(4)])).toMatchObject({ added: 1 });
  });

  it('goes on with a ledger of schema 8, and keeps a copy of it', async () => {
    const path = join(tempFolder(), 'ledger.db');
    const old = openDatabase(path);
    migrate(old, path, [start, consentAndCost, delivery, afterlife, running, messageKeys, replies, pauses]);
    old.exec(`insert into campaigns (id, name, source, created_at, ready, touched_at, currency)
        values ('c', 'old', 'x', 1, 1, 1, 'USD');
      insert into messages (id, campaign_id, line, recipient, sender, state, status, code, reason, issues, segments,
          unit_price, price, sid) values
        ('m1', 'c', 1, '+1', '1', 'pending', null, null, 'busy', null, 1, 0.5, null, null),
        ('m2', 'c', 2, '+2', '1', 'claimed', null, null, null, null, 1, 0.5, null, null),
        ('m3', 'c', 3, '+3', '1', 'accepted', 'delivered', null, null, null, 2, 0.5, 0.7, 'SM3'),
        ('m4', 'c', 4, '+4', '1', 'accepted', 'undelivered', 30003, null, null, 1, 0.5, null, 'SM4'),
        ('m5', 'c', 5, '+5', '1', 'rejected', null, 21610, 'unsubscribed', null, 1, 0.5, null, null),
        ('m6', 'c', 6, 'x', '', 'invalid', null, null, null, '[{"line":6}]', 0, null, null, null)`);
    old.close();
    const ledger = openSqliteLedger(path, Date.now);
    expect(statSync(`${path}.v8.bak`).mode & 0o777).toBe(0o600);
    const copy = openDatabase(`${path}.v8.bak`);
    expect(copy.prepare<{ n: number }>('select count(*) as n from messages').get()?.n).toBe(6);
    const none = { skipped: 0, unknown: 0, canceled: 0 };
    expect(await ledger.report('c')).toEqual({
      ...{ rows: 6, counts: { ...none, invalid: 1, pending: 1, claimed: 1, accepted: 2, rejected: 1 } },
      ...{ statuses: { delivered: 1, undelivered: 1 }, retried: 0, segments: 4, issues: [{ line: 6 }] },
      ...{ cost: { amount: 1.7, currency: 'USD' }, charged: { messages: 1, cost: { amount: 0.7, currency: 'USD' } } },
      errors: [
        { code: null, reason: 'busy', count: 1 },
        { code: 21610, reason: 'unsubscribed', count: 1 },
        { code: 30003, reason: '', count: 1 },
      ],
    });
    // Who takes it over finds what the last run had claimed.
    await lease(ledger, 'c');
    expect(await counts(ledger, 'c')).toMatchObject({ unknown: 1, accepted: 2 });
    await ledger.close();
  });

  it.each([
    ['the totals of a campaign', campaignTotals],
    ['the states of a campaign', stateCounts],
    ['what a campaign has cost', `select ${spentSoFar}`],
  ])('reads %s from indexes alone: it may have a million rows', (_, statement) => {
    const path = join(tempFolder(), 'ledger.db');
    const database = openDatabase(path);
    migrate(database, path);
    const steps = database.prepare<{ detail: string }>(`explain query plan ${statement}`).all({ campaignId: 'c' });
    const reads = steps.filter(({ detail }) => / messages /.test(detail)).map(({ detail }) => detail);
    expect(reads).not.toEqual([]);
    for (const read of reads) expect(read).toMatch(/USING COVERING INDEX messages_(state|pending)/);
    database.close();
  });

  it('counts a status that Twilio has added since', async () => {
    const path = join(tempFolder(), 'ledger.db');
    const ledger = openSqliteLedger(path, Date.now);
    const staging = await ledger.stage({ name: 'list', stem: 'x', source: 'x' });
    await staging.add([1, 2, 3].map((n) => ({ ...row(n), key: `+1${n}` })));
    const { id } = await staging.commit('hash');
    openDatabase(path).exec(`update messages set state = 'accepted',
      status = case line when 1 then 'delivered' when 2 then 'reviewed' end`);
    expect((await ledger.report(id)).statuses).toEqual({ delivered: 1, reviewed: 1 });
    await ledger.close();
  });

  it('finds every duplicate in a list of any order, in the parts in which it came', async () => {
    const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'));
    const staging = await ledger.stage({ name: 'list', stem: 'x', source: 'x' });
    const keys = Array.from({ length: 300 }, (_, i) => `+1${(i * 7919) % 97}`);
    for (let i = 0; i < keys.length; i += 40) {
      await staging.add(keys.slice(i, i + 40).map((key, j) => ({ ...row(i + j + 1), key })));
      if (i === 120) await staging.samples(1);
    }
    expect(await staging.plan()).toMatchObject({ rows: 300, toSend: 97, skipped: 203 });
    const { id } = await staging.commit('hash');
    for await (const { line, state, reason } of ledger.messages(id)) {
      const first = keys.indexOf(keys[line - 1] ?? '') + 1;
      expect([line, state, reason]).toEqual([
        line,
        first === line ? 'pending' : 'skipped',
        first === line ? undefined : `duplicate of line ${first}`,
      ]);
    }
    await ledger.close();
  });
});

it('is no ledger for several machines, and says so before anything is written', async () => {
  const ledger = openSqliteLedger(join(tempFolder(), 'ledger.db'));
  const staging = await ledger.stage({ name: 'shared', stem: 'x', source: 'test' });
  const together = async () => undefined;
  await expect(staging.commit('hash', together)).rejects.toMatchObject({ code: 'config' });
  await expect(staging.commitUnlessSame('hash', 0, together)).rejects.toMatchObject({ code: 'config' });
  const { id } = await staging.commit('hash');
  const workers = { shared: { concurrency: 4 } };
  await expect(ledger.acquire(id, { host: 'a', pid: 1 }, workers)).rejects.toMatchObject({ code: 'config' });
  await ledger.close();
});
