import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it, type TestContext } from 'vitest';
import { from, recipients } from '../context.ts';
import { simulated } from './volley.ts';

const bin = resolve(import.meta.dirname, '../../bin/volley.js');

interface Screen {
  readonly columns?: number;
  /** What was run in the same folder before. */
  readonly before?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The real binary in a real terminal, by default of 80 columns and 24 lines, in a folder with a list of 60. */
async function inTerminal(
  { expect, onTestFinished }: TestContext,
  argv: readonly string[],
  { columns = 80, before, env: more = {} }: Screen = {},
) {
  const { simulator, env, folder, run } = await simulated({ latencyMs: 20, statusDelayMs: 0 });
  onTestFinished(simulator.close);
  writeFileSync(join(folder, 'list.csv'), recipients(60));
  if (before) await run(...before);
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TERM: 'xterm-256color', ...env, ...more };
  const options = { cols: columns, rows: 24, cwd: folder, env: environment };
  const terminal = spawn(process.execPath, [bin, ...argv], options);
  let screen = '';
  terminal.onData((text) => {
    screen += text;
  });
  const ended = new Promise<number>((done) => terminal.onExit(({ exitCode }) => done(exitCode)));
  const sees = (text: string | RegExp) =>
    expect.poll(() => stripVTControlCharacters(screen), { timeout: 10_000 }).toMatch(text);
  /** Waits for each text, then types what is beside it. */
  const answers = async (...turns: readonly (readonly [string | RegExp, string])[]) => {
    for (const [text, keys] of turns) {
      await sees(text);
      screen = '';
      terminal.write(keys);
    }
  };
  return { simulator, terminal, ended, sees, answers, screen: () => screen };
}

/** A batch of the 60. */
const batch60 = (test: TestContext, ...more: string[]) =>
  inTerminal(test, ['batch', 'list.csv', '--from', from, '--body', 'Hi {{ name }}', '--rate', '60', ...more]);

const [enter, ctrlC, esc, up, down] = ['\r', '\u0003', '\u001b', '\u001b[A', '\u001b[B'];

describe.concurrent('in a terminal', () => {
  it.for<[string, number, number]>([
    ['y\r', 0, 60],
    ['n\r', 130, 0],
    ['\r', 130, 0],
    ['\u0003', 130, 0],
  ])('the question answered by %j ends with %i and %i sent', async ([answer, code, sent], test) => {
    const { terminal, ended, screen, simulator } = await batch60(test);
    await test.expect.poll(screen, { timeout: 10_000 }).toContain('Send 60 messages now?');
    terminal.write(answer);
    expect(await ended).toBe(code);
    expect(simulator.truth()).toHaveLength(sent);
    expect(screen().includes('Nothing was sent.')).toBe(sent === 0);
  });

  it('the run shows its progress in place, in colour, and clears it', async (test) => {
    const { ended, screen } = await batch60(test, '--yes');
    expect(await ended).toBe(0);
    expect(screen()).toMatch(/\d+\/60 {2}[\d.]+\/s/);
    expect(screen()).toContain('\r\u001b[2K');
    expect(screen()).toContain('\u001b[32m█');
    const afterProgress = screen().slice(screen().lastIndexOf('\u001b[2K'));
    expect(afterProgress).toMatch(/accepted.*60/);
  });

  it('Ctrl-C stops the run and says how to go on', async (test) => {
    const { terminal, ended, screen, simulator } = await batch60(test, '--yes', '--campaign', 'night');
    await test.expect.poll(() => simulator.truth().length, { timeout: 10_000 }).toBeGreaterThan(5);
    terminal.write('\u0003');
    expect(await ended).toBe(130);
    expect(screen()).toContain('Resume with: volley resume night');
  });

  it('p pauses what is watched, and lets it go on; Ctrl-C ends the watch', async (test) => {
    const before = [
      'batch',
      'list.csv',
      '--from',
      from,
      '--body',
      'Hi',
      '--yes',
      '--campaign',
      'night',
      '--limit',
      '1',
    ];
    const { terminal, ended, answers, sees, simulator } = await inTerminal(test, ['watch', 'night'], { before });
    await answers([/59 *[\s\S]*p pauses/, 'p'], [/paused: nothing is sent[\s\S]*p goes on/, 'p']);
    await sees('p pauses');
    terminal.write(ctrlC);
    expect(await ended).toBe(0);
    expect(simulator.truth()).toHaveLength(1);
  });
});

/** From the menu to the text of a message. */
const toText = [
  ['What would you like to do', enter],
  ['To (a number', '+14155550101'],
  [/\+14155550101 +as typed/, enter],
] as const;

describe.concurrent('compose in a terminal', () => {
  const compose = (test: TestContext, screen?: Screen) =>
    inTerminal(test, ['compose', '--contacts', 'list.csv', '--undo', '0s'], screen);

  it('sends one message, watches it arrive, and quits', async (test) => {
    const { answers, ended, simulator, sees } = await compose(test);
    await answers(
      ['What would you like to do', enter],
      ['To (a number', 'Ada 7'],
      [/❯ \+14155550007/, enter],
      ['Text', 'Hi Ada'],
      ['6 characters, GSM-7, 1 segment', enter],
      ['From', from],
      [new RegExp(`From \\${from}`), enter],
      [/What now[\s\S]*❯ Send/, enter],
      [/on its way[\s\S]*❯ Watch/, enter],
      [/delivered[\s\S]*What would you like/, `${up}${enter}`],
    );
    expect(await ended).toBe(0);
    expect(simulator.truth()).toMatchObject([{ to: '+14155550007' }]);
    await sees('Quit');
  });

  it('goes back by Esc, and leaves by Ctrl-C with 130, nothing sent, the cursor there again', async (test) => {
    const { answers, ended, simulator, screen } = await compose(test);
    await answers(...toText, ['Text', `Hi${esc}`], ['To (a number', esc], ['What would you like to do', ctrlC]);
    expect(await ended).toBe(130);
    expect(screen()).toContain('Nothing was sent.');
    expect(screen().lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen().lastIndexOf('\u001b[?25l'));
    expect(simulator.truth()).toEqual([]);
  });

  it('takes no key that was meant for the question before as the word to send', async (test) => {
    const { terminal, answers, ended, simulator, sees } = await compose(test);
    await answers(...toText, ['Text', 'Hi'], ['2 characters', enter], ['From', from]);
    await sees(`From ${from}`);
    for (const key of [enter, enter, enter]) {
      terminal.write(key);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await sees(/What now[\s\S]*❯ Send/);
    await new Promise((resolve) => setTimeout(resolve, 500));
    terminal.write(ctrlC);
    expect(await ended).toBe(130);
    expect(simulator.truth()).toEqual([]);
  });

  it('takes a text that is pasted whole, and nothing of it as an answer', async (test) => {
    const { answers, ended, simulator, sees } = await compose(test);
    await answers(
      ...toText,
      // As a terminal does that was asked to mark what is pasted.
      ['Text', `\x1b[200~Line one${enter}${enter}Line three${enter}\x1b[201~`],
      ['Line one⏎⏎Line three⏎', enter],
      ['From', from],
      [new RegExp(`From \\${from}`), `${enter}`],
    );
    await sees(/What now[\s\S]*❯ Send/);
    await answers(['What now', ctrlC]);
    expect(await ended).toBe(130);
    expect(simulator.truth()).toEqual([]);
  });

  it('sends a list after its plan', async (test) => {
    const { answers, ended, simulator } = await compose(test);
    await answers(
      ['What would you like to do', `${down}${enter}`],
      [/File[\s\S]*❯ list\.csv/, enter],
      ['Which column holds the numbers', enter],
      [/Write a text/, enter],
      ['Text', 'Hi {{ name }}'],
      ['13 characters', enter],
      ['From', from],
      [new RegExp(`From \\${from}`), enter],
      [/60 to send[\s\S]*❯ Send 60 messages/, enter],
      [/accepted +60[\s\S]*What would you like/, ctrlC],
    );
    expect(await ended).toBe(130);
    expect(simulator.truth()).toHaveLength(60);
  });

  it('fits 40 columns, and needs neither colour nor UTF-8', async (test) => {
    const { answers, ended, screen, sees } = await compose(test, { columns: 40, env: { NO_COLOR: '1', LC_ALL: 'C' } });
    await sees('> Send a message');
    await answers(...toText);
    await sees('0 characters, GSM-7');
    expect(screen()).not.toMatch(/\u001b\[3\dm|[^\0-\x7f]/);
    await answers(['Text', ctrlC]);
    expect(await ended).toBe(130);
  });
});

it('a terminal that cannot move its cursor gets lines, and no colour', async (test) => {
  const { ended, screen } = await inTerminal(test, ['batch', 'list.csv', '--from', from, '--body', 'Hi', '--yes'], {
    env: { TERM: 'dumb' },
  });
  expect(await ended).toBe(0);
  expect(screen()).not.toContain('\u001b');
});

it('long pages go through the pager, short ones do not', async (test) => {
  const pager = 'sed s/^/paged:/';
  const { ended, screen } = await inTerminal(test, ['help', 'config'], { env: { PAGER: pager } });
  expect(await ended).toBe(0);
  expect(screen()).toContain('paged:CONFIGURATION');
  const short = await inTerminal(test, ['help', 'exit-codes'], { env: { PAGER: pager } });
  await short.ended;
  expect(short.screen()).toMatch(/^EXIT CODES/);
});
