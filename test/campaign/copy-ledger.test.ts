import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyLedger } from '../../src/campaign/copy-ledger.ts';
import { main } from '../../src/cli/main.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import { openPostgresTables } from '../../src/ledger/postgres/tables.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { openSqliteTables } from '../../src/ledger/sqlite/tables.ts';
import { tempFolder, testContext } from '../context.ts';
import { all, lease, row, take, write } from '../contracts/campaigns.ts';
import { newDatabase } from '../new-database.ts';
import { databasePassword } from '../postgres-server.ts';

const address = await newDatabase();
let schemas = 0;
const newUrl = () => `${address}?schema=copy_${++schemas}`;
const newPath = () => join(tempFolder(), 'ledger.db');
const day = 86_400_000;

/** Something of everything that a ledger holds; every SID begins with `tag`. */
async function fill(ledger: Ledger, now: () => number, tag: string): Promise<void> {
  const staging = await ledger.stage({ name: 'spring', stem: 'x', source: 'list.csv', storesText: false });
  await staging.add(Array.from({ length: 2300 }, (_, i) => row(i, { country: 'US', quietHours: '21:00-08:00 UTC' })));
  await staging.price([{ country: 'US', sender: '12345', hasMedia: false, unitPrice: 0.0079 }], 'USD');
  const { id } = await staging.commit('hash');
  const held = await lease(ledger, id);
  const claims = await take(ledger, held, '12345', 5);
  const changes = [
    { state: 'accepted', sid: `SM${tag}1`, status: 'queued' },
    { state: 'rejected', code: 21610, reason: 'ünsubscribed “now”', suppress: true },
    { state: 'unknown', reason: 'no answer' },
    { state: 'pending', reason: '429', dueAt: now() + 500, pauseSenderMs: 1000 },
  ] as const;
  const results = changes.map((change, i) => ({ messageId: claims[i]?.id ?? '', attempt: 1, change }));
  await ledger.record(held, results);
  await ledger.receive([{ sid: `SM${tag}1`, status: 'sent', at: now(), source: 'callback' }], true);
  await ledger.keepPrices('US', { currency: 'USD', bySenderKind: { local: 0.0079 } });
  await ledger.release(held);
  await write(ledger, 'old', [row(9000)], { hash: 'old' });
  const old = await ledger.find('old');
  await ledger.cancelPending(old?.id ?? '');
  await ledger.purge(now() + day);
  const reply = { kind: 'inbound', sid: `SM${tag}9`, from: row(0).to, to: '12345', body: 'ünd? 👍' } as const;
  await ledger.keepReply(reply, true);
  await ledger.keepReply({ ...reply, sid: `SM${tag}8`, from: '+14155599999', body: 'Who is this?' }, true);
}

/** All that can be asked of a ledger. */
async function told(ledger: Ledger): Promise<unknown> {
  const campaigns = await ledger.campaigns(9);
  const campaignsTold = [];
  for (const { id } of campaigns) {
    const messages = await all(ledger.messages(id));
    campaignsTold.push({ messages, report: await ledger.report(id), timeline: await ledger.timeline(id, 1000) });
  }
  const optOuts = [];
  for await (const optOut of ledger.optOuts()) optOuts.push(optOut);
  const events = await ledger.dueEvents(9);
  const replies = await ledger.replies({ after: 0, limit: 9 });
  return { campaigns, campaignsTold, optOuts, events, replies, prices: await ledger.knownPrices('US') };
}

describe('a ledger that is copied', () => {
  it('is the same on a server and back in a file, and goes on where it was', async () => {
    const now = () => Date.parse('2026-11-25T10:00:00Z');
    const [first, url, last] = [newPath(), newUrl(), newPath()];
    const source = openSqliteLedger(first, now);
    await fill(source, now, 'a');
    const expected = await told(source);
    await source.close();
    const copied = await copyLedger(openSqliteTables(first, now), await openPostgresTables(url));
    expect(copied).toMatchObject({
      campaigns: 2,
      messages: 2301,
      opt_outs: 1,
      status_events: 1,
      outgoing_events: 1,
      replies: 2,
    });
    const middle = await openPostgresLedger(url, () => now() + 2000);
    expect(await told(middle)).toEqual(expected);
    await copyLedger(await openPostgresTables(url), openSqliteTables(last, now));
    expect(await told(openSqliteLedger(last, now))).toEqual(expected);

    const spring = await middle.find('spring');
    await middle.removeOptOut(row(1).to);
    const again = await middle.stage({ name: 'spring', stem: 'x', source: 'x' });
    // What became of row 1 is purged: it is known by its pseudonym, and so by the key that came along.
    await again.add([row(0), row(1), row(2), row(5), row(4000)]);
    expect(await again.plan()).toMatchObject({ already: 3 });
    await again.commit('again');
    const held = await lease(middle, spring?.id ?? '');
    const lines = (await take(middle, held, '12345', 2300)).map(({ line }) => line);
    expect(lines).toContain(4000);
    expect(lines).toHaveLength(2297);
  });

  it('leaves nothing behind when it cannot be written in full', async () => {
    const [path, url] = [newPath(), newUrl()];
    const source = openSqliteLedger(path, Date.now);
    await write(source, 'test', [row(1), row(2)]);
    await source.close();
    const target = await openPostgresTables(url);
    const failing = {
      ...target,
      write: (async (work) =>
        target.write((writer) =>
          work({
            ...writer,
            insert: async (table, rows) => writer.insert(table, table.name === 'messages' ? rows.slice(1) : rows),
          }),
        )) as typeof target.write,
    };
    await expect(copyLedger(openSqliteTables(path, Date.now), failing)).rejects.toThrow(/would not hold messages/);
    expect(await (await openPostgresLedger(url)).campaigns(9)).toEqual([]);
  });
});

describe('volley ledger copy', () => {
  const world = async () => {
    const { context, folder, stdout, stderr } = testContext();
    const path = join(folder, 'from.db');
    const source = openSqliteLedger(path, context.now);
    const campaign = await write(source, 'test', [row(1), row(2)]);
    const volley = (...words: string[]) => main(['ledger', 'copy', ...words], context);
    return { context, folder, path, source, campaign, volley, stdout, said: () => [...stdout, ...stderr].join('\n') };
  };

  it('says what it copied, and where to go on, without the password', async () => {
    const { path, source, volley, stdout, said } = await world();
    await source.keepReply({ kind: 'inbound', sid: 'SM9', from: row(1).to, to: '12345', body: 'yes' }, false);
    const url = newUrl();
    expect(await volley(path, url)).toBe(0);
    expect(said()).toMatch(
      /^1 campaign, 2 messages, 0 opt-outs, 1 reply copied from .*from\.db to postgres:\/\/volley@127\.0\.0\.1/,
    );
    expect(await volley(path, url, '--json')).toBe(2);
    expect(await volley(url, `${path}.copy`, '--json')).toBe(0);
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({
      schema: 'volley.ledger-copy/1',
      campaigns: 1,
      messages: 2,
      replies: 1,
    });
    expect(said()).not.toContain(databasePassword);
  });

  it('refuses a ledger that somebody sends from, one that is not there, and one that is not empty', async () => {
    const { path, source, campaign, volley, folder, said } = await world();
    const held = await lease(source, campaign.id);
    expect(await volley(path, newUrl())).toBe(7);
    await source.release(held);
    expect(await volley(join(folder, 'none.db'), newUrl())).toBe(2);
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
    expect(await volley(path, path)).toBe(2);
    const other = openSqliteLedger(join(folder, 'other.db'));
    await other.addOptOuts([{ address: '+1', source: 'x', at: 1 }]);
    expect(await volley(path, join(folder, 'other.db'))).toBe(2);
    expect(said()).toMatch(/is not empty/);
  });
});
