import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, type World } from '../context.ts';
import { world } from './volley.ts';

function withList(options: World = {}) {
  const made = world(options);
  return { ...made, list: made.file('list.csv', recipients(3)) };
}

describe('recall', () => {
  it('cancels what is pending, and says what is gone', async () => {
    const { volley, list, stdout, sent } = withList();
    await volley('batch', list, '--from', from, '--body', 'Hi', '--yes', '--campaign', 'c', '--limit', '1');
    expect(await volley('recall', 'c')).toBe(0);
    expect(stdout.slice(-2)).toEqual([
      '2 messages canceled before being sent, 0 called back from Twilio.',
      '1 message had gone out, or may have.',
    ]);
    await volley('resume', 'c');
    expect(sent).toHaveLength(1);
  });

  it.each([
    [['c'], true, false, 0, []],
    [['last'], true, true, 0, ['Call c back? It sends nothing more, ever.']],
    [['last'], true, false, 130, ['Call c back? It sends nothing more, ever.']],
    [['last'], false, false, 0, []],
  ])('of %j, at a terminal %s and with the answer %s, ends with %i', async (argv, canAsk, answer, code, asked) => {
    const made = withList({ canAsk, answer });
    await made.volley('batch', made.list, '--from', from, '--body', 'Hi', '--yes', '--campaign', 'c', '--limit', '1');
    expect([await made.volley('recall', ...argv), made.asked]).toEqual([code, asked]);
    await made.volley('report', 'c', '--json');
    expect(JSON.parse(made.stdout.at(-1) ?? '').counts.canceled).toBe(code === 0 ? 2 : 0);
  });

  it('half-way cancels what comes back unsent, sends nothing more, and does not exit 0', async () => {
    let recalled: Promise<number> | undefined;
    const busy = { kind: 'retry', cause: 'busy', reason: '429', afterMs: 1000 } as const;
    const made = withList({
      script: (_, __, n) => {
        if (n === 2) recalled = made.volley('recall', 'c');
        return n < 2 ? undefined : busy;
      },
    });
    const { volley, list, sent, stdout, stderr } = made;
    const flags = ['--from', from, '--body', 'Hi', '--yes', '--campaign', 'c', '--concurrency', '2'];
    expect(await volley('batch', list, ...flags)).toBe(3);
    expect([await recalled, sent.length]).toEqual([0, 1]);
    expect(await volley('report', 'c', '--json')).toBe(0);
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ counts: { accepted: 1, canceled: 2, pending: 0 } });
    expect(await volley('batch', list, ...flags)).toBe(6);
    expect(stderr.at(-2)).toBe('error: The campaign c has been recalled and sends nothing more.');
    expect(sent).toHaveLength(1);
  });

  it('cancels at Twilio what is scheduled, and tells what it could not', async () => {
    const { context, list, stdout } = withList({
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

  it('calls eight back at once, ends soon after Ctrl-C, and goes on with the rest when it is called again', async () => {
    const { context, file, stdout, stderr } = world({
      script: (_, __, n) => ({ kind: 'accepted', sid: `SM${String(n).padStart(32, '0')}`, status: 'scheduled' }),
    });
    const stop = new AbortController();
    let [asked, out, mostOut] = [0, 0, 0];
    const connect: typeof context.connect = async (options) => ({
      ...(await context.connect(options)),
      cancel: async () => {
        mostOut = Math.max(mostOut, ++out);
        if (++asked === 10) stop.abort();
        await new Promise((resolve) => setTimeout(resolve, 5));
        out--;
        return { ok: true, status: 'canceled' };
      },
    });
    const run = (signal: AbortSignal, ...argv: string[]) => main(argv, { ...context, connect, signal });
    const service = ['--messaging-service-sid', `MG${'a'.repeat(32)}`, '--send-at', '+2h', '--body', 'Hi'];
    await run(context.signal, 'batch', file('list.csv', recipients(30)), ...service, '--yes', '--campaign', 'c');
    expect(await run(stop.signal, 'recall', 'c')).toBe(130);
    expect(stderr.slice(-2)).toEqual([
      'error: Interrupted: 16 messages called back from Twilio, the others are scheduled still.',
      'hint: Call them back with: volley recall c',
    ]);
    expect([await run(context.signal, 'recall', 'c'), mostOut]).toEqual([0, 8]);
    expect(stdout.at(-1)).toBe('0 messages canceled before being sent, 14 called back from Twilio.');
  });
});
