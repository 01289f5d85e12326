import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/campaign/ports.ts';
import { main } from '../../src/cli/main.ts';
import { sleep } from '../../src/clock.ts';
import { from, recipients, type World } from '../context.ts';
import { newDatabase } from '../new-database.ts';
import { world } from './volley.ts';

let closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.reverse()) close();
  closing = [];
});

interface Told {
  readonly schema: string;
  readonly text: string;
  readonly end: string;
  readonly exitCode: number;
  readonly error: { readonly code: string } | null;
  readonly report: { readonly schema: string; readonly counts: Record<string, number>; readonly errors: object[] };
}

/** Somebody who is told how runs end, and answers with this status, or not at all. */
async function told(status: number | 'nothing' = 200) {
  const heard: Told[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer(async (request, response) => {
    requests.push(request);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    heard.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Told);
    if (status !== 'nothing') response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
  return { heard, requests, url };
}

/** A world whose waits take their time: whoever is told answers in real time, and a clock that jumps may be ahead of it. */
function patientWorld(options: World = {}) {
  const made = world(options);
  Object.assign(made.context, { sleep });
  return made;
}

describe('--notify', () => {
  it('tells what a batch came to, without a number of anybody', async () => {
    const { heard, requests, url } = await told();
    const script: World['script'] = ({ to }) =>
      to.endsWith('1') ? { kind: 'rejected', code: 21999, reason: `no way to ${to}` } : undefined;
    const { batch, stderr } = patientWorld({ script });
    expect(await batch(`${recipients(3)}555,Ada\n`, '--campaign', 'spring', '--notify', url)).toBe(3);
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': expect.any(String),
    });
    expect(heard).toEqual([
      {
        ...{ schema: 'volley.run/1', end: 'finished', exitCode: 3, error: null, simulated: false },
        ...{ at: '2026-11-23T10:00:00.000Z', host: expect.any(String) },
        text: 'volley spring: finished, 2 accepted, 1 rejected, 0 left (exit 3)',
        report: expect.objectContaining({
          schema: 'volley.report/1',
          exitCode: 3,
          campaign: { id: expect.any(String), name: 'spring' },
        }),
      },
    ]);
    expect(heard[0]?.report.counts).toMatchObject({ rows: 4, accepted: 2, rejected: 1, invalid: 1 });
    expect(JSON.stringify(heard)).not.toMatch(/\+1415555|"issues"/);
    expect(stderr.join('\n')).not.toContain('note: ');
  });

  it('tells of a stream, of a resumed campaign, and of one that stops early', async () => {
    const { heard, url } = await told();
    const { context, batch, volley } = patientWorld();
    const stdin = (async function* () {
      yield Buffer.from('{"id":"1","to":"+14155550100"}\n');
    })();
    await main(['stream', '--from', from, '--body', 'Hi', '--notify', url], { ...context, stdin });
    await batch(recipients(3), '--campaign', 'c', '--limit', '1', '--notify', url);
    await volley('resume', 'c', '--notify', url);
    expect(heard.map(({ text }) => text)).toEqual([
      'volley stream: finished, 1 accepted, 0 rejected, 0 left (exit 0)',
      'volley c: limit, 1 accepted, 0 rejected, 2 left (exit 8)',
      'volley c: finished, 3 accepted, 0 rejected, 0 left (exit 0)',
    ]);
  });

  it('tells of a run that another one keeps from beginning', async () => {
    const { heard, url } = await told();
    const { batch, volley, context, ledgerPath } = patientWorld();
    await batch(recipients(2), '--campaign', 'c', '--limit', '1', '--quiet');
    const ledger = await context.openLedger(ledgerPath);
    const { id = '' } = (await ledger.find('c')) ?? {};
    await ledger.acquire(id, { host: 'elsewhere', pid: 1 });
    expect(await volley('resume', 'c', '--notify', url)).toBe(7);
    expect(heard).toMatchObject([
      { end: 'failed', exitCode: 7, error: { code: 'held' }, report: { counts: { pending: 1 } } },
    ]);
  });

  it.each<[string, number | 'nothing' | 'nobody', RegExp]>([
    ['refuses', 500, /was not told \(HTTP 500\)/],
    ['never answers', 'nothing', /was not told \(no answer in time\)/],
    ['is not there', 'nobody', /was not told \(ECONNREFUSED\)/],
  ])('changes nothing when whoever is told %s', async (_, answer, said) => {
    const { url } = answer === 'nobody' ? { url: 'http://127.0.0.1:1/secret-path' } : await told(answer);
    const { batch, stderr, context } = world();
    const { sleep: jump } = context;
    // Time passes, and others come to their turn meanwhile.
    Object.assign(context, {
      sleep: async (ms: number, signal: AbortSignal) => {
        await new Promise((resolve) => setTimeout(resolve, answer === 'nothing' ? 100 : 2000).unref());
        await jump(ms, signal);
      },
    });
    expect(await batch(recipients(1), '--notify', url)).toBe(0);
    expect(stderr.join('\n')).toMatch(said);
    expect(stderr.join('\n')).not.toContain('secret-path');
  });

  it.each(['http://example.com/x', 'ftp://127.0.0.1/', 'nowhere', 'https://a:b@example.com/'])(
    'is not given to %s',
    async (url) => {
      const { batch, stderr, sent } = world();
      expect(await batch(recipients(1), '--notify', url)).toBe(2);
      expect([stderr[0], sent]).toEqual([expect.stringMatching(/^error: --notify /), []]);
    },
  );

  it('is kept for the worker that ends the campaign, which tells what a batch would have told', async () => {
    const { heard, requests, url } = await told();
    const { batch, volley, context } = world({
      env: { VOLLEY_LEDGER: await newDatabase() },
      script: ({ to }) => (to.endsWith('1') ? { kind: 'rejected', code: 21999, reason: `no way to ${to}` } : undefined),
    });
    Object.assign(context, systemClock);
    expect(await batch(`${recipients(3)}555,Ada\n`, '--campaign', 'spring', '--enqueue', '--notify', url)).toBe(0);
    expect(heard).toEqual([]);
    expect(await volley('worker', '--drain')).toBe(0);
    expect(heard).toMatchObject([
      {
        ...{ schema: 'volley.run/1', end: 'finished', exitCode: 3, error: null, simulated: false },
        text: 'volley spring: finished, 2 accepted, 1 rejected, 0 left (exit 3)',
        report: { schema: 'volley.report/1', counts: { rows: 4, accepted: 2, rejected: 1, invalid: 1 } },
      },
    ]);
    expect(requests[0]?.headers['idempotency-key']).toMatch(/-1$/);
    expect(JSON.stringify(heard)).not.toMatch(/\+1415555|"issues"/);
    // Nothing is left that somebody could read the address from.
    expect(await volley('worker', '--drain')).toBe(0);
    expect(heard).toHaveLength(1);
  });
});
