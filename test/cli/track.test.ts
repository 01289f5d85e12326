import { describe, expect, it } from 'vitest';
import { from } from '../context.ts';
import { delivered, delivering } from './delivering.ts';

describe('track', () => {
  it('asks by pages until every message has its end, and no longer', async () => {
    const { batch, volley, report, asked, stderr } = delivering(delivered(5000));
    await batch(10);
    expect(await volley('track', 'c')).toBe(0);
    expect(asked.slice(0, 3)).toEqual(['page 0', 'page 4', 'page 8']);
    expect((await report()).statuses).toEqual({ delivered: 10 });
    expect(stderr.join('\n')).toMatch(/sent 10; 10 still on their way\ndelivered 10/);
    const before = asked.length;
    expect(await volley('track', 'c')).toBe(0);
    expect(asked).toHaveLength(before);
  });

  it('asks for a few messages one by one', async () => {
    const { batch, volley, asked } = delivering(delivered(0));
    await batch(2);
    await volley('track', 'c');
    expect(asked).toEqual([1, 2].map((n) => `SM${String(n).padStart(32, '0')}`));
  });

  it('ends with 8 when time is up, and with 3 when some were not delivered, with the reason', async () => {
    const { batch, volley, report } = delivering((to, ageMs) => {
      if (to.endsWith('3')) return { status: 'undelivered', code: 30005, price: 0.01, segments: 2 };
      return { status: ageMs > 60_000 ? 'delivered' : 'sent' };
    });
    await batch(6);
    expect(await volley('track', 'c', '--for', '10s')).toBe(8);
    expect(await volley('track', 'c', '--for', '5m')).toBe(3);
    expect(await report()).toMatchObject({
      statuses: { delivered: 5, undelivered: 1 },
      errors: [{ code: 30005, count: 1 }],
    });
  });

  it('keeps the last word when an earlier one comes late', async () => {
    const { batch, volley, report } = delivering((_, ageMs) => ({ status: ageMs < 3000 ? 'delivered' : 'queued' }));
    await batch(2);
    await volley('track', 'c');
    await volley('track', 'c');
    expect((await report()).statuses).toEqual({ delivered: 2 });
  });

  it('suppresses who turns out to be out of reach for good', async () => {
    const { batch, volley, sent, stdout } = delivering((to) => ({ status: 'undelivered', ...(to && { code: 30006 }) }));
    await batch(1);
    await volley('track', 'c');
    await batch(1, '--again', '--campaign', 'd');
    expect(sent).toHaveLength(1);
    await volley('opt-out', 'list', '--output', 'ndjson');
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ source: '30006', sender: from });
  });

  it('shows one message by its SID', async () => {
    const { batch, volley, stdout, stderr } = delivering(delivered(0));
    await batch(1);
    expect(await volley('track', `SM${'1'.padStart(32, '0')}`)).toBe(0);
    expect(stdout.at(-1)).toMatch(/accepted.*delivered/);
    expect(await volley('track', 'nothing')).toBe(2);
    expect(stderr.join('\n')).toContain('There is no campaign nothing.');
  });

  it('judges one message by itself, whatever became of the others', async () => {
    const { batch, volley, stdout, asked } = delivering((to, ageMs) => {
      if (to.endsWith('1')) return { status: 'undelivered', code: 30005 };
      return { status: to.endsWith('2') && ageMs < 60_000 ? 'sent' : 'delivered' };
    });
    await batch(3);
    const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;
    expect(await volley('track', sid(1), '--json')).toBe(0);
    expect([asked, JSON.parse(stdout.at(-1) ?? '')]).toMatchObject([[sid(1)], { sid: sid(1), status: 'delivered' }]);
    expect(await volley('track', sid(2), '--json')).toBe(3);
    expect(await volley('track', sid(3), '--for', '10s')).toBe(8);
    expect(await volley('track', sid(3), '--for', '5m', '--quiet')).toBe(0);
  });

  it('follows a run at once with --wait', async () => {
    const { batch, report } = delivering(delivered(20_000));
    expect(await batch(7, '--wait')).toBe(0);
    expect((await report()).statuses).toEqual({ delivered: 7 });
    const late = delivering(delivered(900_000));
    expect(await late.batch(1, '--wait', '--for', '30s')).toBe(8);
  });
});
