import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, type World } from '../context.ts';
import { world } from './volley.ts';

function planning(options: World = {}) {
  const made = world(options);
  const list = made.file('list.csv', recipients(3));
  const text = made.file('text.liquid', 'Hi {{ name }}');
  return { ...made, list, text, plan: join(made.folder, 'plan.json') };
}

describe('a plan that is approved', () => {
  const planned = async (options: World = {}) => {
    const made = planning(options);
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

  it.each<[string, (made: ReturnType<typeof planning>) => void, RegExp]>([
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
    const { volley, list, plan, clock, sent } = planning();
    const service = ['--messaging-service-sid', `MG${'a'.repeat(32)}`, '--body', 'Hi', '--send-at', '+2h'];
    await volley('batch', list, ...service, '--plan', plan);
    clock.now += 3_600_000;
    expect(await volley('batch', '--apply', plan, '--yes')).toBe(0);
    expect(sent[0]?.sendAt).toBe('2026-11-23T12:00:00Z');
  });
});
