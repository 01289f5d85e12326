import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { Context } from '../../src/context.ts';
import { recipients, type World } from '../context.ts';
import { delivered, delivering } from './delivering.ts';
import { world } from './volley.ts';

/** A world in which each look of a watch finds that the next step has been taken by somebody else. */
function beside(steps: readonly (readonly string[])[], options: World = {}) {
  const made = world(options);
  const left = [...steps];
  // Its own clock: the runs beside it must not move it.
  let passed = 0;
  const sleep: Context['sleep'] = async (ms) => {
    const argv = left.shift();
    if (argv) await main(argv, { ...made.context, out: () => undefined, err: () => undefined });
    passed += ms;
  };
  const watch = (more: Partial<Context> = {}, ...argv: string[]) =>
    main(['watch', ...argv], { ...made.context, monotonic: () => passed, sleep, ...more });
  const begin = () => made.batch(recipients(3), '--campaign', 'c', '--limit', '1', '--quiet');
  return { ...made, watch, begin };
}

const resumeOne = ['resume', 'c', '--limit', '1'];

describe('watch', () => {
  it('prints a line a look until nothing is left, and ends with 0', async () => {
    const { watch, begin, stdout, stderr } = beside([resumeOne, resumeOne]);
    await begin();
    stdout.length = 0;
    expect(await watch()).toBe(0);
    expect(stdout).toEqual([
      '1 of 3 done, 0.0/s; 1 accepted, 0 rejected, 0 unknown, 2 left; 0 delivered, 0 not, 1 on their way',
      '2 of 3 done, 0.2/s, 5 s to go; 2 accepted, 0 rejected, 0 unknown, 1 left; 0 delivered, 0 not, 2 on their way',
      '3 of 3 done, 0.2/s; 3 accepted, 0 rejected, 0 unknown, 0 left; 0 delivered, 0 not, 3 on their way',
      '3 of 3 done, 0.1/s; 3 accepted, 0 rejected, 0 unknown, 0 left; 0 delivered, 0 not, 3 on their way',
      '3 of 3 done, 0.0/s; 3 accepted, 0 rejected, 0 unknown, 0 left; 0 delivered, 0 not, 3 on their way',
    ]);
    expect(stderr.at(-1)).toBe('No news of 3 messages any more. Ask Twilio: volley track c');
  });

  it('tells what has arrived', async () => {
    const { batch, volley, stdout } = delivering(delivered(0));
    await batch(2, '--wait');
    stdout.length = 0;
    expect(await volley('watch', 'c')).toBe(0);
    expect(stdout).toEqual([expect.stringMatching(/0 left; 2 delivered, 0 not, 0 on their way$/)]);
  });

  it('prints a line of JSON a look', async () => {
    const { watch, begin, stdout } = beside([resumeOne, ['recall', 'c']]);
    await begin();
    stdout.length = 0;
    await watch({}, 'c', '--output', 'ndjson');
    const documents = stdout.map((line) => JSON.parse(line));
    expect(documents.slice(0, 3).map(({ left, counts }) => [left, counts.canceled])).toEqual([
      [2, 0],
      [1, 0],
      [0, 1],
    ]);
    expect(documents[1]).toMatchObject({
      ...{ schema: 'volley.watch/1', campaign: { name: 'c' }, perSecond: 0.2, toGoSeconds: 5, onTheWay: 2 },
      at: expect.stringMatching(/^2026-11-23T10:/),
    });
  });

  it('is one document with --json: how it stands when nothing is left', async () => {
    const { watch, begin, stdout } = beside([resumeOne, resumeOne]);
    await begin();
    stdout.length = 0;
    await watch({}, 'c', '--json');
    expect(JSON.parse(stdout.join('\n'))).toMatchObject({ left: 0, counts: { accepted: 3 } });
  });

  it('on a terminal puts each screen in the place of the one before', async () => {
    const { watch, begin, stdout, context } = beside([resumeOne, resumeOne]);
    await begin();
    stdout.length = 0;
    await watch({ terminal: { ...context.terminal, stdoutIsTty: true } });
    const screens = stdout.map((screen) => screen.split('\n').length);
    expect(stdout[0]).toMatch(/^\u001b\[1mc\u001b\[22m {2}3 rows\n/);
    stdout.slice(1).forEach((screen, i) => {
      expect(screen.startsWith(`\r\u001b[${screens[i]}A\u001b[J`)).toBe(true);
    });
    stdout.length = 0;
    await watch({ terminal: { ...context.terminal, stdoutIsTty: true }, env: { ...context.env, TERM: 'dumb' } }, 'c');
    expect(stdout.join('')).not.toContain('\u001b');
  });

  it('pauses with p whoever sends, and lets it go on, and shows both at once', async () => {
    const { watch, begin, stdout, context, volley } = beside([], { canAsk: true });
    await begin();
    stdout.length = 0;
    const stop = new AbortController();
    const waiting: ((key: string) => void)[] = [];
    const keys = async function* (signal: AbortSignal) {
      while (!signal.aborted) {
        yield await new Promise<string>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => resolve(''), { once: true });
        });
      }
    };
    const told: string[] = [];
    const resumeWhilePaused = () => {
      const run = new AbortController();
      const err = (line: string) => void told.push(line);
      const sleep: Context['sleep'] = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (told.some((line) => line.startsWith('Paused.'))) run.abort();
      };
      return main(['resume', 'c'], { ...context, out: () => undefined, err, signal: run.signal, sleep });
    };
    const steps = [
      async () => waiting.shift()?.('x'),
      async () => waiting.shift()?.('p'),
      async () => {
        expect(await resumeWhilePaused()).toBe(130);
        waiting.shift()?.('p');
      },
      async () => stop.abort(),
    ];
    // It lasts until a key that is ours ends it.
    const sleep: Context['sleep'] = async (_, signal) => {
      for (let step = steps.shift(); step && !signal.aborted; step = signal.aborted ? undefined : steps.shift()) {
        await step();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const terminal = { ...context.terminal, stdoutIsTty: true };
    expect(await watch({ terminal, keys, sleep, signal: stop.signal }, 'c')).toBe(0);
    expect(stdout.map((screen) => /p (pauses|goes on)/.exec(screen)?.[1])).toEqual(['pauses', 'goes on', 'pauses']);
    expect(stdout[1]).toContain('paused: nothing is sent until it goes on');
    expect(told).toContain('Paused. Go on with p in: volley watch c');
    expect([await volley('resume', 'c', '--quiet'), steps]).toEqual([0, []]);
  });

  it('ends with 0 at Ctrl-C, and leaves what is pending', async () => {
    const stop = new AbortController();
    const { watch, begin, stdout, volley } = beside([], { signal: stop.signal });
    await begin();
    stdout.length = 0;
    const sleep = async () => stop.abort();
    expect(await watch({ sleep })).toBe(0);
    expect(stdout).toHaveLength(1);
    await volley('report', 'c', '--json');
    expect(JSON.parse(stdout.at(-1) ?? '').counts).toMatchObject({ accepted: 1, pending: 2 });
  });

  it('has nothing to do where nothing is left, and no campaign of that name is a mistake', async () => {
    const { watch, batch, stdout, stderr } = beside([]);
    await batch(recipients(1), '--campaign', 'c');
    expect(await watch()).toBe(0);
    expect(stderr.at(-1)).toContain('Nothing is left of any campaign.');
    expect(await watch({}, '--json')).toBe(0);
    expect(JSON.parse(stdout.at(-1) ?? '')).toEqual({ schema: 'volley.watch/1', campaign: null });
    expect(await watch({}, 'nothing')).toBe(2);
  });
});
