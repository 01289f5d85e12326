import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext, type World } from '../context.ts';

/** A world in which commands run one after the other. */
function world(options: World = {}) {
  const made = testContext(options);
  const volley = (...argv: string[]) => main(argv, made.context);
  const batch = (content: string, ...argv: string[]) =>
    volley('batch', made.file('list.csv', content), '--from', from, '--body', 'Hi', '--yes', ...argv);
  return { ...made, volley, batch };
}

const states = (stdout: readonly string[]) =>
  stdout.map((line) => (JSON.parse(line) as { to: string; state: string }).state);

describe('who has opted out', () => {
  it('is not texted by send either, which then is no success', async () => {
    const { context, sent, stderr } = testContext();
    await main(['opt-out', 'add', '+14155550101'], context);
    const send = ['send', '--to', '+14155550101', '--from', from, '--body', 'Hi', '--quiet'];
    expect([await main(send, context), sent]).toEqual([6, []]);
    expect(stderr.at(-1)).toBe('Not sent: who has opted out is not texted.');
  });

  it('is skipped, whatever the file and the spelling of the number', async () => {
    const { volley, batch, sent, stdout } = world();
    expect(await volley('opt-out', 'add', '(415) 555-0001', '--country', 'US')).toBe(0);
    expect(await batch(recipients(3), '--output', 'ndjson')).toBe(0);
    expect(sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550002']);
    expect(states(stdout.slice(1))).toEqual(['accepted', 'skipped', 'accepted']);
  });

  it('is skipped also when it happens between the plan and the message', async () => {
    const made = world({
      script: async (_, __, n) => {
        if (n === 1) await made.volley('opt-out', 'add', '+14155550002');
        return undefined;
      },
    });
    expect(await made.batch(recipients(4), '--concurrency', '1')).toBe(0);
    expect(made.sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550001', '+14155550003']);
    expect(made.stdout.join('\n')).toMatch(/skipped +1/);
  });

  it.each([
    ['+14155550001', ['--sender', from], 2],
    ['+14155550001', ['--sender', '+14155600198'], 3],
    ['whatsapp:+14155550001', [], 3],
  ])('counts %s %s', async (address, flags, count) => {
    const { volley, batch, sent } = world();
    await volley('opt-out', 'add', address, ...flags);
    await batch(recipients(3));
    expect(sent).toHaveLength(count);
  });

  it('counts for WhatsApp too when it is about the number', async () => {
    const { volley, batch, sent } = world();
    await volley('opt-out', 'add', '+14155550001');
    await batch(`to,from\nwhatsapp:+14155550001,whatsapp:${from}\nwhatsapp:+14155550002,whatsapp:${from}\n`);
    expect(sent.map(({ to }) => to)).toEqual(['whatsapp:+14155550002']);
  });

  it('is learned from Twilio, for this sender', async () => {
    const { volley, batch, sent, stdout } = world({
      script: ({ to }) => (to.endsWith('1') ? { kind: 'rejected', code: 21610, reason: 'unsubscribed' } : undefined),
    });
    expect(await batch(recipients(2), '--campaign', 'one')).toBe(3);
    expect(await batch(recipients(2), '--campaign', 'two')).toBe(0);
    expect(sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550000']);
    stdout.length = 0;
    await volley('opt-out', 'list', '--json');
    expect(stdout.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ address: '+14155550001', sender: from, source: '21610' }),
    ]);
  });

  it('is texted again once off the list', async () => {
    const { volley, batch, sent } = world();
    await volley('opt-out', 'add', '+14155550000');
    await batch(recipients(1), '--campaign', 'daily');
    await volley('opt-out', 'remove', '+14155550000');
    await batch(recipients(1), '--campaign', 'daily');
    expect(sent).toHaveLength(1);
  });

  it('is imported and exported, each fault with its line', async () => {
    const { volley, file, folder, stdout, stderr } = world();
    const list = file('stopped.csv', 'Phone,date,source\n4155550100,2026-01-02,=cmd()\nAda,,\n,,\n+14155550101,,\n');
    expect(await volley('opt-out', 'import', list, '--country', 'US')).toBe(3);
    expect(stdout).toEqual(['2 numbers added, 0 on the list already, 1 wrong.']);
    expect(stderr.join('\n')).toMatch(/line 3 +to "Ada" is not a phone number/);
    expect(await volley('opt-out', 'export', join(folder, 'out.csv'))).toBe(0);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(
      "to,sender,source,date\n+14155550100,,'=cmd(),2026-01-02T00:00:00.000Z\n+14155550101,,stopped.csv,2026-11-23T10:00:00.000Z\n",
    );
  });

  it.each([
    [['add'], /Which number/],
    [['add', 'Ada'], /"Ada" is not a phone number/],
    [['import'], /Import which file/],
    [['forget', '+14155550100'], /Allowed choices/],
  ])('is not guessed: %s', async (argv, message) => {
    const { volley, stderr } = world();
    expect(await volley('opt-out', ...argv)).toBe(2);
    expect(stderr.join('\n')).toMatch(message);
  });
});

describe('quiet hours', () => {
  // It is 2026-11-23 10:00 UTC: 05:00 in New York, 11:00 in Berlin.
  const list = 'to\n+12125550100\n+4915112345678\n';
  const quiet = ['--quiet-hours', '21:00-08:00'];

  it('let the message wait, end with 8 and are kept by a later run that was told nothing', async () => {
    const { batch, volley, clock, sent, stderr } = world();
    expect(await batch(list, '--campaign', 'c', ...quiet)).toBe(8);
    expect(sent.map(({ to }) => to)).toEqual(['+4915112345678']);
    expect(stderr.join('\n')).toMatch(/1 wait for quiet hours to end, the first for 3 h 0 min/);
    expect(stderr.join('\n')).toMatch(/waits for quiet hours to end, the first in 3 h/);
    expect(await volley('resume', 'c')).toBe(8);
    expect(sent).toHaveLength(1);
    clock.now += 3 * 3_600_000;
    expect(await volley('resume', 'c')).toBe(0);
    expect(sent.map(({ to, validityPeriod }) => [to, validityPeriod])).toEqual([
      ['+4915112345678', undefined],
      ['+12125550100', undefined],
    ]);
  });

  it('schedule at Twilio what a messaging service sends', async () => {
    const { volley, file, sent } = world();
    const service = ['--messaging-service-sid', `MG${'a'.repeat(32)}`, '--body', 'Hi'];
    expect(await volley('batch', file('l.csv', list), ...service, ...quiet, '--yes')).toBe(0);
    expect(sent.map(({ to, sendAt }) => [to, sendAt])).toEqual([
      ['+12125550100', '2026-11-23T13:00:00Z'],
      ['+4915112345678', undefined],
    ]);
  });

  it('go by the time zone of the row where there is one', async () => {
    const { batch, sent, stderr } = world();
    const rows = [
      ...['+12125550100,Europe/Berlin', '+4915112345678,America/New_York', '+12125550101,Mars'],
      ...['+12125550102,UTC', '+12125550103,EST', '+12125550104,Etc/GMT+5'],
    ];
    expect(await batch(['to,tz', ...rows].join('\n'), ...quiet, '--timezone-column', 'tz')).toBe(8);
    expect(sent.map(({ to }) => to)).toEqual(['+12125550100', '+12125550102']);
    expect(stderr.join('\n')).toMatch(/line 4 +tz "Mars" is no time zone/);
    expect(stderr.join('\n')).toMatch(/1 row wrong/);
  });

  it('refuse whom nobody can place', async () => {
    const { batch, stderr } = world();
    expect(await batch('to,from\n+12125550100,\nmessenger:123,messenger:456\n+4915112345678,\n', ...quiet)).toBe(8);
    expect(stderr.join('\n')).toMatch(/is in a time zone that nobody knows.*--timezone-column/s);
  });

  it('hold for one message too', async () => {
    const { volley, sent } = world();
    expect(await volley('send', '--to', '+12125550100', '--from', from, '--body', 'Hi', ...quiet)).toBe(8);
    expect(sent).toEqual([]);
  });
});
