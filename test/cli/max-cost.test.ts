import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { from, recipients, type World } from '../context.ts';
import { world } from './volley.ts';

function pricing(options: World = {}) {
  const made = world(options);
  const prices = (table: string) => made.file('volley.toml', `[prices]\ncurrency = "USD"\n${table}\n`);
  return { ...made, list: made.file('list.csv', recipients(3)), prices };
}

describe('what it costs', () => {
  const batch = ['--from', from, '--body', 'Hi {{ name }}', '--yes'];

  it('is told by the prices of the config, in the plan and in the report', async () => {
    const { volley, list, prices, stdout } = pricing();
    prices('US = 0.01');
    expect(await volley('check', list, ...batch.slice(0, -1))).toBe(0);
    expect(stdout.join('\n')).toMatch(/3 segments, at most 0\.0300 USD/);
    expect(await volley('batch', list, ...batch, '--json')).toBe(0);
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ cost: { amount: 0.03, currency: 'USD' } });
  });

  it('is told by Twilio’s list, which is asked for once a week', async () => {
    const { volley, list, stdout, context, clock } = pricing();
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
    const { volley, list, prices, stderr, sent, ledgerPath } = pricing();
    prices('US = 0.01');
    expect(await volley('batch', list, ...batch, '--max-cost', '0.02')).toBe(6);
    prices('GB = 0.01');
    expect(await volley('batch', list, ...batch, '--max-cost', '0.02')).toBe(6);
    expect(await volley('send', '--to', '+14155550100', '--from', from, '--body', 'x', '--max-cost', '1')).toBe(6);
    expect(stderr.join('\n')).toMatch(/cost 0\.0300 USD, more than 0\.02[\s\S]*no price for 3 messages/);
    expect(sent).toEqual([]);
    const kept = openDatabase(ledgerPath).prepare<{ n: number }>('select count(*) as n from campaigns');
    expect(kept.get()).toEqual({ n: 0 });
  });

  it('stops a run that turns out dearer than its plan, and a later one that would go on', async () => {
    const made = pricing({
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
    const { volley, list, file, stderr } = pricing();
    file('volley.toml', `[prices]\n${table}\n`);
    expect(await volley('check', list, ...batch.slice(0, -1))).toBe(2);
    expect(stderr.join('\n')).toMatch(message);
  });
});
