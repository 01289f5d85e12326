import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { start } from '../../src/ledger/sqlite/migrations/001-start.ts';
import { migrate } from '../../src/ledger/sqlite/migrations/migrate.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { tempFolder } from '../context.ts';
import { lease, row, take, write } from '../contracts/campaigns.ts';
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

  it('forgets a plan that was never finished', async () => {
    const clock = { now: 0 };
    const path = join(tempFolder(), 'ledger.db');
    const ledger = openSqliteLedger(path, () => clock.now);
    await (await ledger.stage({ name: 'lost', stem: 'x', source: 'x' })).add([row(2)]);
    clock.now += 25 * 3_600_000;
    await ledger.stage({ name: 'next', stem: 'x', source: 'x' });
    const count = openDatabase(path).prepare<{ n: number }>('select count(*) as n from messages').get();
    expect(count?.n).toBe(0);
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
