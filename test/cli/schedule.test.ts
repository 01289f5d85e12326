import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunVolley } from '../../src/context.ts';
import { CliError } from '../../src/errors.ts';
import { newDatabase } from '../new-database.ts';
import { world } from './volley.ts';

let ledger: string;
beforeAll(async () => {
  ledger = await newDatabase();
});

/** A schedule of this command line, and the commands that it then runs in place of a process. */
async function scheduled(name: string, argv: readonly string[], runCommand?: RunVolley) {
  const ran: [argv: readonly string[], options: Omit<Parameters<RunVolley>[1], 'signal'>][] = [];
  const made = world();
  Object.assign(made.context, {
    runCommand: (async (line, { signal, ...options }) => {
      ran.push([line, options]);
      return runCommand ? runCommand(line, { signal, ...options }) : 0;
    }) satisfies RunVolley,
  });
  await made.volley('schedule', 'add', name, '--cron', '0 9 * * *', '--ledger', ledger, '--', ...argv);
  made.stdout.length = 0;
  const run = (...more: string[]) => made.volley('schedule', 'run', name, '--ledger', ledger, ...more);
  return { ...made, run, ran };
}

const nightly = ['batch', 'list.csv', '--yes'];

describe('what a schedule runs', () => {
  it('is on the ledger that it is in, in its folder, and prints in place of volley schedule run', async () => {
    const { run, ran, folder, stdout, stderr } = await scheduled('plain', nightly);
    expect(await run()).toBe(0);
    expect(ran).toEqual([[nightly, { cwd: folder, env: { VOLLEY_LEDGER: ledger }, results: 'stdout' }]]);
    expect([stdout, stderr.at(-1)]).toEqual([[], 'plain: exit 0']);
  });

  it('has the files, profile and server of the command that runs it, but no flag that holds a password', async () => {
    const { run, ran, folder, file } = await scheduled('told', nightly);
    file('own.toml', '[profiles.night]\nrate = 1\n');
    file('own.env', 'X=1\n');
    const flags = ['--config', join(folder, 'own.toml'), '--env-file', join(folder, 'own.env'), '--profile', 'night'];
    expect(await run(...flags, '--api-url', 'http://127.0.0.1:1', '--simulate', '--json')).toBe(0);
    const [[line = [], options] = []] = ran;
    expect(line.slice(-3)).toEqual(nightly);
    expect(line.slice(0, -3).join(' ')).toBe(
      `--profile night --config ${folder}/own.toml --env-file ${folder}/own.env --api-url http://127.0.0.1:1 --simulate --json`,
    );
    expect([options?.env, line.join(' ').includes('postgres')]).toEqual([{ VOLLEY_LEDGER: ledger }, false]);
  });

  it('goes by its own flags first', async () => {
    const own = ['campaigns', '--json', '--profile=day'];
    const { run, ran, file } = await scheduled('own', own);
    file('volley.toml', '[profiles.night]\nrate = 1\n');
    expect(await run('--profile', 'night', '--json')).toBe(0);
    expect(ran[0]?.[0]).toEqual(own);
  });

  it('ends with its exit code, and says where it cannot be run', async () => {
    expect(await (await scheduled('failing', nightly, async () => 3)).run()).toBe(3);
    const { run, stderr, volley, stdout } = await scheduled('homeless', nightly, async () => {
      throw new CliError('config', 'Nothing can be run in /nowhere: is that folder on this machine?');
    });
    expect(await run()).toBe(2);
    expect(stderr.at(-1)).toBe('homeless: exit 2 (Nothing can be run in /nowhere: is that folder on this machine?)');
    await volley('schedule', 'list', '--ledger', ledger);
    expect(stdout.join('\n')).toContain('exit 2 (Nothing can be run in /nowhere');
  });
});
