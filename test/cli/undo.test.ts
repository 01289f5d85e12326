import { describe, expect, it } from 'vitest';
import { from } from '../context.ts';
import { world } from './volley.ts';

describe('--undo', () => {
  const send = ['send', '--to', '+14155550100', '--from', from, '--body', 'Hi'];

  it('waits before it sends', async () => {
    const { volley, sent, clock, stderr } = world();
    const before = clock.now;
    expect(await volley(...send, '--undo', '5m')).toBe(0);
    expect([sent.length, clock.now - before >= 300_000]).toEqual([1, true]);
    expect(stderr.join('\n')).toMatch(/Sending in 5 min 0 s; Ctrl-C calls it back/);
    expect(await volley(...send, '--undo', 'soon')).toBe(2);
    expect(stderr.join('\n')).toContain('--undo soon must be a time');
  });

  it('cancels everything, for good, by Ctrl-C', async () => {
    const stop = new AbortController();
    const { volley, sent, stderr } = world({ signal: stop.signal });
    stop.abort();
    expect(await volley(...send, '--undo', '5m', '--campaign', 'c')).toBe(130);
    expect(stderr.join('\n')).toMatch(/Called back: 1 message canceled, nothing was sent/);
    expect(await volley('resume', 'c')).toBe(130);
    expect(sent).toEqual([]);
  });
});
