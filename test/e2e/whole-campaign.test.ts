import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { from } from '../context.ts';
import { installation } from './volley.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** An event as `--forward` posts it. */
interface ForwardedEvent {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly to: string | null;
  readonly campaignId: string | null;
}

/** A program that events are forwarded to; it refuses them until `state.takes` is true. */
async function forwardTarget() {
  const received: ForwardedEvent[] = [];
  const state = { takes: false, refused: 0 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    if (state.takes) received.push(JSON.parse(body) as ForwardedEvent);
    else state.refused++;
    response.writeHead(state.takes ? 204 : 503).end();
  });
  return { received, state, url: `http://127.0.0.1:${await open(server)}/events` };
}

async function open(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

it('sends a campaign, is called back through faults and a kill -9, tracks, passes on, reports, and tries again', {
  timeout: 90_000,
}, async () => {
  const simulator = await startSimulator({
    // From sent to delivered takes more than a second: the step of the page's chart.
    statusDelayMs: 550,
    seed: 7,
    faults: [
      ...['callback-double=0.3', 'callback-reorder=0.3', 'callback-forged=0.2', 'callback-early=0.2'],
      ...['callback-lost=0.1', 'reset-after-create=0.05'],
    ],
  });
  closing.push(() => simulator.close());
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/twilio`;
  const target = await forwardTarget();
  const { start, run, runHere, folder } = installation({
    ...{ VOLLEY_API_URL: simulator.url, VOLLEY_CALLBACK_URL: address },
    ...{ TWILIO_ACCOUNT_SID: simulator.accountSid, TWILIO_AUTH_TOKEN: simulator.authToken },
  });
  const listen = async (): Promise<ChildProcess> => {
    const { child } = start('listen', '--public-url', address, '--port', String(port), '--forward', target.url);
    closing.push(() => child.kill('SIGKILL'));
    await once(child.stdout ?? child, 'data');
    return child;
  };
  // What ends in 30003 is undelivered here.
  const numbers = Array.from({ length: 60 }, (_, i) =>
    i < 3 ? `+14155${i + 6}30003` : `+1415557${String(i).padStart(4, '0')}`,
  );
  writeFileSync(join(folder, 'list.csv'), `to,name\n${numbers.map((to) => `${to},"=1+1 <b>Ada</b>"`).join('\n')}\n`);

  const first = await listen();
  const batch = ['batch', 'list.csv', '--campaign', 'c', '--from', from, '--body', 'Hi {{ name }}', '--yes'];
  const sending = run(...batch, '--provide-feedback', 'true', '--settle', '3s');
  await expect.poll(() => target.state.refused, { timeout: 20_000 }).toBeGreaterThan(5);
  first.kill('SIGKILL');
  await once(first, 'exit');
  const refused = target.state.refused;
  const second = await listen();
  // What the first had in its queue the second tries, too.
  await expect.poll(() => target.state.refused, { timeout: 20_000 }).toBeGreaterThan(refused);
  target.state.takes = true;
  expect((await sending).code).toBe(0);
  expect(simulator.truth()).toHaveLength(60);

  const tracked = await runHere('track', 'c', '--for', '60s', '--json');
  expect(tracked.code).toBe(3);
  const report = JSON.parse(tracked.stdout) as { statuses: object; errors: readonly object[] };
  // Forged callbacks say 30008; none is believed.
  expect(report.statuses).toEqual({ delivered: 57, undelivered: 3 });
  expect(report.errors).toEqual([{ code: 30003, reason: 'the phone is off or out of reach', count: 3 }]);

  const sids = simulator.truth().map(({ sid }) => sid);
  const history = JSON.parse((await runHere('report', sids[10] ?? '', '--json')).stdout) as {
    receipts: readonly object[];
  };
  expect(history.receipts.length).toBeGreaterThan(1);
  expect((await runHere('feedback', sids[10] ?? '', '--outcome', 'confirmed')).code).toBe(0);
  expect((await runHere('verify', 'c')).code).toBe(0);
  await runHere('report', 'c', '--html', join(folder, 'report.html'));
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  expect(page).toContain('Status over time');
  expect(page).toContain('Not delivered, by carrier error');
  expect(page).not.toContain('<b>Ada');

  const again = await runHere('resume', 'c', '--undelivered');
  expect(again.stderr).toContain('3 undelivered messages will be sent once more.');
  expect(simulator.truth()).toHaveLength(63);

  const delivered = () =>
    new Set(target.received.filter(({ status }) => status === 'delivered').map(({ to }) => to)).size;
  await expect.poll(delivered, { timeout: 30_000 }).toBeGreaterThan(45);
  expect(new Set(target.received.map(({ type, campaignId }) => `${type} ${campaignId !== null}`))).toEqual(
    new Set(['status true']),
  );
  second.kill('SIGTERM');
  expect(await once(second, 'exit')).toEqual([0, null]);
});
