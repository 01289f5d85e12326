import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { signCallback } from '../../src/simulator/callbacks.ts';
import { row, take } from '../contracts/campaigns.ts';
import { installation } from './volley.ts';

const token = 'canary-4f1d0c';
const publicUrl = 'https://example.com/twilio';
const messages = 2000;

let children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});

const sidOf = (n: number) => `SM${n.toString(16).padStart(32, '0')}`;

/** A ledger with a campaign that Twilio has taken whole. */
async function fill(path: string): Promise<string> {
  const ledger = openSqliteLedger(path, Date.now);
  const staging = await ledger.stage({ name: 'c', stem: 'x', source: 'x' });
  await staging.add(Array.from({ length: messages }, (_, i) => row(i)));
  const { id } = await staging.commit('hash');
  const lease = await ledger.acquire(id, { host: 'x', pid: 1 });
  if ('heldBy' in lease) throw new Error('held');
  const claims = await take(ledger, lease, '12345', messages);
  await ledger.record(
    lease,
    claims.map((claim, i) => ({
      messageId: claim.id,
      attempt: 1,
      change: { state: 'accepted', sid: sidOf(i), status: 'queued' },
    })),
  );
  await ledger.release(lease);
  await ledger.close();
  return id;
}

async function listen(
  start: ReturnType<typeof installation>['start'],
  port = 0,
): Promise<{ child: ChildProcess; port: number }> {
  const { child } = start('listen', '--public-url', publicUrl, '--port', String(port), '--json');
  children.push(child);
  const [line] = (await once(child.stdout ?? child, 'data')) as [string];
  return { child, port: (JSON.parse(line) as { port: number }).port };
}

/** Posts as Twilio does: again after a while when nobody took it. */
async function tell(agent: Agent, port: number, form: Readonly<Record<string, string>>): Promise<void> {
  const body = new URLSearchParams(form).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-twilio-signature': signCallback(token, publicUrl, form),
  };
  for (;;) {
    const status = await new Promise<number>((resolve) => {
      const post = request({ agent, port, host: '127.0.0.1', path: '/twilio', method: 'POST', headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
        response.on('error', () => resolve(0));
      });
      post.on('error', () => resolve(0)).end(body);
    });
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('loses no callback to a kill -9 and a restart', async () => {
  const { start, ledger } = installation({ TWILIO_AUTH_TOKEN: token, TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}` });
  const id = await fill(ledger);
  const first = await listen(start);
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  let done = 0;
  const startedAt = performance.now();
  const all = Array.from({ length: messages }, async (_, i) => {
    await tell(agent, first.port, { MessageSid: sidOf(i), MessageStatus: 'delivered' });
    done++;
  });
  await expect.poll(() => done, { interval: 5 }).toBeGreaterThan(messages / 4);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await listen(start, first.port);
  await Promise.all(all);
  const perSecond = (messages / (performance.now() - startedAt)) * 1000;
  agent.destroy();
  second.child.kill('SIGTERM');
  expect(await once(second.child, 'exit')).toEqual([0, null]);
  const after = openSqliteLedger(ledger, Date.now);
  expect((await after.report(id)).statuses).toEqual({ delivered: messages });
  await after.close();
  expect(perSecond).toBeGreaterThan(100);
});
