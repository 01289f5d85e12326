import { describe, expect, it } from 'vitest';
import { from } from '../context.ts';
import { world } from './volley.ts';

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
