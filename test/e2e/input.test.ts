import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { from, recipients, tempFolder } from '../context.ts';
import { installation, runAsNobody, simulated } from './volley.ts';

const text = ['--from', from, '--body', 'Hi'];

/** Resolves when the binary has started and has had the time to begin waiting for its input. */
async function settled({ pid }: ChildProcess, { expect }: TestContext): Promise<void> {
  await expect.poll(() => hearsSigterm(pid)).toBe(true);
  await delay(700);
}

/** By the system's list of the signals that a process catches; true where there is no such list. */
function hearsSigterm(pid: number | undefined): boolean {
  if (!existsSync('/proc/self/status')) return true;
  const [, caught = '0'] = /^SigCgt:\t(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return ((BigInt(`0x${caught}`) >> BigInt(constants.signals.SIGTERM - 1)) & 1n) === 1n;
}

const makePipes = (folder: string, ...names: string[]) =>
  execFileSync('sh', ['-c', `mkfifo ${names.join(' ')}`], { cwd: folder });

describe.concurrent('an input that is silent', () => {
  const list = ['--from', from, '--body', 'Hi', '--yes'];
  const message = ['--from', from, '--to', '+14155550100'];
  it.for<[string, readonly string[]]>([
    ['batch -', ['batch', '-', ...list]],
    ['batch of a pipe that nobody writes to', ['batch', 'pipe', ...list]],
    ['batch of a pipe that somebody holds open', ['batch', 'held', ...list]],
    ['check -', ['check', '-', ...text]],
    ['send --body -', ['send', ...message, '--body', '-']],
    ['send --body-file -', ['send', ...message, '--body-file', '-']],
    ['opt-out import -', ['opt-out', 'import', '-']],
    ['opt-out import of a pipe', ['opt-out', 'import', 'pipe']],
  ])('%s ends soon after the first SIGTERM, and says that nothing was sent', async ([, argv], test) => {
    const { folder, start, simulator } = await simulated();
    makePipes(folder, 'pipe', 'held');
    writeSync(openSync(join(folder, 'held'), 'r+'), 'to\n+14155550100\n');
    const { child, ended } = start(...argv);
    child.stdin?.write(argv.includes('send') ? 'Hello' : 'to\n+14155550100\n');
    await settled(child, test);
    const askedAt = Date.now();
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    const { code, stderr } = await ended;
    clearTimeout(late);
    expect([code, stderr]).toEqual([130, expect.stringContaining('Nothing was sent.')]);
    expect(Date.now() - askedAt).toBeLessThan(2000);
    expect(simulator.truth()).toEqual([]);
    await simulator.close();
  });
});

describe('a named pipe', () => {
  it('is read to its end, also when the writer comes later', async (test) => {
    const { folder, start } = installation();
    makePipes(folder, 'pipe');
    const { child, ended } = start('check', 'pipe', ...text);
    await settled(child, test);
    execFileSync('sh', ['-c', `cat > ${join(folder, 'pipe')}`], { input: recipients(20_000) });
    const { code, stdout } = await ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('20,000 to send of 20,000 rows')]);
  });

  it('may be the output of a program', async () => {
    const { folder } = installation();
    const bin = resolve(import.meta.dirname, '../../bin/volley.js');
    const script = `"${process.execPath}" "${bin}" check <(printf 'to\\n+14155550100\\n') --from ${from} --body Hi`;
    const env = { PATH: process.env['PATH'], HOME: folder };
    expect(execFileSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' })).toContain(
      '1 to send of 1 row',
    );
  });
});

describe('what cannot be read', () => {
  it('is told, with exit code 2: a folder, a file that is not there, one without permission', async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'secret.csv'), recipients(1), { mode: 0 });
    for (const [file, reason] of [
      ['.', 'it is a folder.\nhint: Name a file.'],
      ['nowhere.csv', 'there is no such file or folder.\nhint: Check the path.'],
      ['secret.csv', 'you have no permission.\nhint: Check the permissions of the file and its folder.'],
    ] as const) {
      const { code, stderr } = await runAsNobody(folder, ['check', file, ...text]);
      expect([code, stderr]).toEqual([2, `error: Cannot read ${file}: ${reason}\n`]);
    }
  });

  it('is told of a workbook with something after its end', async () => {
    const { folder, run } = installation();
    const workbook = readFileSync(resolve(import.meta.dirname, '../input/bad-files/bad-row.xlsx'));
    writeFileSync(join(folder, 'list.xlsx'), Buffer.concat([workbook, Buffer.of(0)]));
    const { code, stderr } = await run('batch', 'list.xlsx', ...text, '--yes', '--simulate');
    expect([code, stderr]).toEqual([2, expect.stringContaining('list.xlsx cannot be read as an Excel workbook')]);
  });
});
