import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext, type World } from '../context.ts';

function world(options: World = {}) {
  const made = testContext(options);
  const volley = (...argv: string[]) => main(argv, made.context);
  const list = made.file('list.csv', recipients(3));
  const text = made.file('text.liquid', 'Hi {{ name }}');
  const plan = join(made.folder, 'plan.json');
  const prices = (table: string) => made.file('volley.toml', `[prices]\ncurrency = "USD"\n${table}\n`);
  return { ...made, volley, list, text, plan, prices };
}

describe('a plan that is approved', () => {
  const planned = async (options: World = {}) => {
    const made = world(options);
    const { volley, list, text, plan } = made;
    expect(await volley('batch', list, '--from', from, '--template', text, '--plan', plan)).toBe(0);
    expect(made.sent).toEqual([]);
    return made;
  };

  it('is sent exactly as it was planned, by somebody who gives no more than its file', async () => {
    const { volley, plan, sent, stderr } = await planned();
    expect(stderr.join('\n')).toContain(`volley batch --apply ${plan}`);
    expect(await volley('batch', '--apply', plan, '--yes', '--rate', '100')).toBe(0);
    expect(sent.map(({ body }) => body)).toEqual(['Hi Ada 0', 'Hi Ada 1', 'Hi Ada 2']);
  });

  it.each<[string, (made: ReturnType<typeof world>) => void, RegExp]>([
    ['the list', ({ list }) => writeFileSync(list, recipients(4)), /list\.csv has changed/],
    ['the template', ({ text }) => writeFileSync(text, 'Bye {{ name }}'), /text\.liquid has changed/],
    [
      'an option in the plan',
      ({ plan }) => writeFileSync(plan, readFileSync(plan, 'utf8').replaceAll(from, '+14155600198')),
      /options in it have been edited/,
    ],
    ['the configuration', ({ file }) => file('volley.toml', '[defaults]\nvalidity_period = 60\n'), /configuration/],
  ])('is refused when %s has changed since', async (_, change, message) => {
    const made = await planned();
    change(made);
    expect(await made.volley('batch', '--apply', made.plan, '--yes')).toBe(6);
    expect(made.stderr.join('\n')).toMatch(message);
    expect(made.sent).toEqual([]);
  });

  it('is refused for another account, with other words beside it, and when it is no plan', async () => {
    const { volley, plan, list, context, stderr } = await planned();
    const other = { ...context, env: { ...context.env, TWILIO_ACCOUNT_SID: `AC${'b'.repeat(32)}` } };
    expect(await main(['batch', '--apply', plan, '--yes'], other)).toBe(6);
    expect(await volley('batch', '--apply', plan, '--yes', '--body', 'Other')).toBe(2);
    expect(await volley('batch', '--apply', list, '--yes')).toBe(2);
    expect(await volley('batch', '-', '--from', from, '--body', 'x', '--plan', plan)).toBe(2);
    expect(stderr.join('\n')).toMatch(/was made for AC[\s\S]*body cannot be given[\s\S]*Cannot read the plan/);
  });

  it('keeps the time that +2h meant when it was made', async () => {
    const { volley, list, plan, clock, sent } = world();
    const service = ['--messaging-service-sid', `MG${'a'.repeat(32)}`, '--body', 'Hi', '--send-at', '+2h'];
    await volley('batch', list, ...service, '--plan', plan);
    clock.now += 3_600_000;
    expect(await volley('batch', '--apply', plan, '--yes')).toBe(0);
    expect(sent[0]?.sendAt).toBe('2026-11-23T12:00:00Z');
  });
});

describe('what it costs', () => {
  const batch = ['--from', from, '--body', 'Hi {{ name }}', '--yes'];

  it('is told by the prices of the config, in the plan and in the report', async () => {
    const { volley, list, prices, stdout } = world();
    prices('US = 0.01');
    expect(await volley('check', list, ...batch.slice(0, -1))).toBe(0);
    expect(stdout.join('\n')).toMatch(/3 segments, at most 0\.0300 USD/);
    expect(await volley('batch', list, ...batch, '--json')).toBe(0);
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ cost: { amount: 0.03, currency: 'USD' } });
  });

  it('is told by Twilio’s list, which is asked for once a week', async () => {
    const { volley, list, stdout, context, clock } = world();
    const asked: string[] = [];
    const connect: typeof context.connect = async (options) => ({
      ...(await context.connect(options)),
      prices: async (country) => {
        asked.push(country);
        return { currency: 'USD', bySenderKind: { local: 0.02, shortcode: 0.5 } };
      },
    });
    const run = (...argv: string[]) => main(argv, { ...context, connect });
    await run('batch', list, ...batch, '--campaign', 'a');
    await run('batch', list, ...batch, '--campaign', 'b');
    clock.now += 8 * 86_400_000;
    await volley('check', list, ...batch.slice(0, -1));
    await run('batch', list, ...batch, '--campaign', 'c');
    expect(asked).toEqual(['US', 'US']);
    expect(stdout.join('\n')).toMatch(/at most 0\.0600 USD \(prices 192 h 0 min old\)/);
  });

  it('refuses before anything is sent when it is too much, or nobody knows', async () => {
    const { volley, list, prices, stderr, sent } = world();
    prices('US = 0.01');
    expect(await volley('batch', list, ...batch, '--max-cost', '0.02')).toBe(6);
    prices('GB = 0.01');
    expect(await volley('batch', list, ...batch, '--max-cost', '0.02')).toBe(6);
    expect(await volley('send', '--to', '+14155550100', '--from', from, '--body', 'x', '--max-cost', '1')).toBe(6);
    expect(stderr.join('\n')).toMatch(/cost 0\.0300 USD, more than 0\.02[\s\S]*no price for 3 messages/);
    expect(sent).toEqual([]);
  });

  it('stops a run that turns out dearer than its plan, and a later one that would go on', async () => {
    const made = world({
      script: (_, __, n) => ({
        kind: 'accepted',
        sid: `SM${String(n).padStart(32, '0')}`,
        status: 'queued',
        segments: 2,
      }),
    });
    const { volley, list, prices, sent, stderr } = made;
    prices('US = 0.01');
    const limited = ['--max-cost', '0.04', '--concurrency', '1', '--campaign', 'c'];
    expect(await volley('batch', list, ...batch, ...limited)).toBe(6);
    expect(stderr.join('\n')).toMatch(/more than --max-cost allows/);
    expect(await volley('resume', 'c', '--max-cost', '0.04')).toBe(6);
    expect(sent).toHaveLength(2);
    expect(await volley('resume', 'c', '--max-cost', '0.10')).toBe(0);
    expect(sent).toHaveLength(3);
  });

  it.each([
    ['currency = 1\nUS = 1', /prices.currency must be like USD/],
    ['currency = "USD"\nUSA = 1', /prices.USA is no country/],
    ['currency = "USD"\nUS = "cheap"', /prices.US must be a price/],
  ])('is not taken from %s', async (table, message) => {
    const { volley, list, file, stderr } = world();
    file('volley.toml', `[prices]\n${table}\n`);
    expect(await volley('check', list, ...batch.slice(0, -1))).toBe(2);
    expect(stderr.join('\n')).toMatch(message);
  });
});

describe('a second thought', () => {
  const send = ['send', '--to', '+14155550100', '--from', from, '--body', 'Hi'];

  it('is given time', async () => {
    const { volley, sent, clock, stderr } = world();
    const before = clock.now;
    expect(await volley(...send, '--undo', '5m')).toBe(0);
    expect([sent.length, clock.now - before >= 300_000]).toEqual([1, true]);
    expect(stderr.join('\n')).toMatch(/Sending in 5 min 0 s; Ctrl-C calls it back/);
    expect(await volley(...send, '--undo', 'soon')).toBe(2);
  });

  it('calls everything back, for good', async () => {
    const stop = new AbortController();
    const { volley, sent, stderr } = world({ signal: stop.signal });
    stop.abort();
    expect(await volley(...send, '--undo', '5m', '--campaign', 'c')).toBe(130);
    expect(stderr.join('\n')).toMatch(/Called back: 1 message canceled, nothing was sent/);
    expect(await volley('resume', 'c')).toBe(130);
    expect(sent).toEqual([]);
  });
});

describe('recall', () => {
  it('cancels what is pending, and says what is gone', async () => {
    const { volley, list, stdout, sent } = world();
    await volley('batch', list, '--from', from, '--body', 'Hi', '--yes', '--campaign', 'c', '--limit', '1');
    expect(await volley('recall', 'c')).toBe(0);
    expect(stdout.slice(-2)).toEqual([
      '2 messages canceled before being sent, 0 called back from Twilio.',
      '1 message had gone out, or may have.',
    ]);
    await volley('resume', 'c');
    expect(sent).toHaveLength(1);
  });

  it('half-way cancels what comes back unsent, sends nothing more, and does not exit 0', async () => {
    let recalled: Promise<number> | undefined;
    const busy = { kind: 'retry', cause: 'busy', reason: '429', afterMs: 1000 } as const;
    const made = world({
      script: (_, __, n) => {
        if (n === 2) recalled = made.volley('recall', 'c');
        return n < 2 ? undefined : busy;
      },
    });
    const { volley, list, sent, stdout } = made;
    const flags = ['--from', from, '--body', 'Hi', '--yes', '--campaign', 'c', '--concurrency', '2'];
    expect(await volley('batch', list, ...flags)).toBe(3);
    expect([await recalled, sent.length]).toEqual([0, 1]);
    expect(await volley('report', 'c', '--json')).toBe(0);
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ counts: { accepted: 1, canceled: 2, pending: 0 } });
    expect(await volley('batch', list, ...flags)).toBe(6);
    expect(sent).toHaveLength(1);
  });

  it('cancels at Twilio what is scheduled, and tells what it could not', async () => {
    const { context, list, stdout } = world({
      script: (_, __, n) => ({ kind: 'accepted', sid: `SM${String(n).padStart(32, '0')}`, status: 'scheduled' }),
    });
    const connect: typeof context.connect = async (options) => ({
      ...(await context.connect(options)),
      cancel: async (sid) =>
        sid.endsWith('2') ? { ok: false, reason: '30409: too late' } : { ok: true, status: 'canceled' },
    });
    const run = (...argv: string[]) => main(argv, { ...context, connect });
    const service = ['--messaging-service-sid', `MG${'a'.repeat(32)}`, '--send-at', '+2h', '--body', 'Hi'];
    await run('batch', list, ...service, '--yes', '--campaign', 'c');
    expect(await run('recall', 'c', '--json')).toBe(8);
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({
      ...{ pending: 0, scheduled: 2, gone: 0 },
      failed: [{ to: '+14155550001', reason: '30409: too late' }],
    });
    await run('report', 'c', '--json');
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ counts: { canceled: 2, accepted: 1 } });
  });
});
