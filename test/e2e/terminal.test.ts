import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { afterEach, describe, expect, it } from 'vitest';
import { from, recipients } from '../context.ts';
import { simulated } from './volley.ts';

const bin = resolve(import.meta.dirname, '../../bin/volley.js');

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

/** A batch of 60 in a real terminal of 80 columns. */
async function inTerminal(...more: string[]) {
  const { simulator, env, folder } = await simulated({ latencyMs: 20 });
  closing.push(simulator.close);
  writeFileSync(join(folder, 'list.csv'), recipients(60));
  const argv = [bin, 'batch', 'list.csv', '--from', from, '--body', 'Hi {{ name }}', '--rate', '60', ...more];
  const environment = { PATH: process.env['PATH'] ?? '', HOME: folder, TERM: 'xterm-256color', ...env };
  const terminal = spawn(process.execPath, argv, { cols: 80, rows: 30, cwd: folder, env: environment });
  let screen = '';
  terminal.onData((text) => {
    screen += text;
  });
  const ended = new Promise<number>((done) => terminal.onExit(({ exitCode }) => done(exitCode)));
  return { simulator, terminal, ended, screen: () => screen };
}

describe('in a terminal', () => {
  it.each([
    ['y\r', 0, 60],
    ['n\r', 130, 0],
    ['\r', 130, 0],
    ['\u0003', 130, 0],
  ])('the question answered by %j ends with %i and %i sent', async (answer, code, sent) => {
    const { terminal, ended, screen, simulator } = await inTerminal();
    await expect.poll(screen, { timeout: 10_000 }).toContain('Send 60 messages now?');
    terminal.write(answer);
    expect(await ended).toBe(code);
    expect(simulator.truth()).toHaveLength(sent);
    expect(screen().includes('Nothing was sent.')).toBe(sent === 0);
  });

  it('the run shows its progress in place, in colour, and clears it', async () => {
    const { ended, screen } = await inTerminal('--yes');
    expect(await ended).toBe(0);
    expect(screen()).toMatch(/\d+\/60 {2}[\d.]+\/s/);
    expect(screen()).toContain('\r\u001b[2K');
    expect(screen()).toContain('\u001b[32m█');
    const afterProgress = screen().slice(screen().lastIndexOf('\u001b[2K'));
    expect(afterProgress).toMatch(/accepted.*60/);
  });

  it('Ctrl-C stops the run and says how to go on', async () => {
    const { terminal, ended, screen, simulator } = await inTerminal('--yes', '--campaign', 'night');
    await expect.poll(() => simulator.truth().length, { timeout: 10_000 }).toBeGreaterThan(5);
    terminal.write('\u0003');
    expect(await ended).toBe(130);
    expect(screen()).toContain('Resume with: volley resume night');
  });
});
