import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { recipients } from '../context.ts';
import { batch, withList } from './campaign.ts';
import { installation } from './volley.ts';

describe.concurrent('500 rows', () => {
  it('reach the simulator, once each, and stand in the ledger', async (test) => {
    const { run, simulator, sent, ledger } = await withList(test, 500);
    const { code, stdout, stderr } = await run(...batch, '--yes', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ counts: expect.objectContaining({ rows: 500, accepted: 500 }) }),
    ]);
    expect(stderr).toBe('');
    expect(new Set(sent()).size).toBe(500);
    const rows = openDatabase(ledger)
      .prepare<{ recipient: string; sid: string }>('select recipient, sid from messages')
      .all();
    const truth = new Map(simulator.truth().map(({ sid, to }) => [sid, to]));
    for (const { recipient, sid } of rows) expect(truth.get(sid)).toBe(recipient);
  });

  it('reach any other server that speaks the same API', async ({ onTestFinished }) => {
    const seen: { to: string | null; path: string; authorization: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({
        to: new URLSearchParams(body).get('To'),
        path: `${request.method} ${request.url}`,
        authorization: Buffer.from(String(request.headers.authorization).slice(6), 'base64').toString(),
      });
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ sid: `SM${String(seen.length).padStart(32, '0')}`, status: 'queued' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const account = `AC${'7'.repeat(32)}`;
    const key = `SK${'8'.repeat(32)}`;
    const { run, folder } = installation({
      VOLLEY_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ TWILIO_ACCOUNT_SID: account, TWILIO_API_KEY: key, TWILIO_API_SECRET: 'shh' },
    });
    writeFileSync(join(folder, 'list.csv'), recipients(500));
    expect((await run(...batch, '--yes')).code).toBe(0);
    expect(new Set(seen.map(({ to }) => to)).size).toBe(500);
    expect(new Set(seen.map(({ path, authorization }) => `${path} ${authorization}`))).toEqual(
      new Set([`POST /2010-04-01/Accounts/${account}/Messages.json ${key}:shh`]),
    );
  });

  it('arrive in spite of 429, and none is sent twice', async (test) => {
    const { run, sent } = await withList(test, 500, { concurrencyLimit: 4, latencyMs: 5 });
    const { code } = await run(...batch, '--yes', '--concurrency', '12');
    expect(code).toBe(0);
    expect(sent().length).toBe(500);
    expect(new Set(sent()).size).toBe(500);
  });

  it('keep to the rate, in every second', async (test) => {
    const { run, ledger } = await withList(test, 200);
    expect((await run(...batch, '--yes', '--rate', '60')).code).toBe(0);
    const rows = openDatabase(ledger)
      .prepare<{ at: number }>('select claimed_at as at from messages order by at')
      .all();
    const times = rows.map(({ at }) => at);
    const busiest = Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1000).length));
    expect(busiest).toBeLessThanOrEqual(66);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(6000);
  });
});
