import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../src/cli/verbs.ts';
import { from, recipients } from '../context.ts';
import { needs } from '../needs.ts';
import { installation } from './volley.ts';

/** What Tab offers after these words; the last is the one being typed. */
async function offered(run: ReturnType<typeof installation>['run'], ...words: string[]): Promise<string[]> {
  const { stdout, stderr } = await run('complete', '--', ...words);
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  expect(lines.at(-1)).toMatch(/^:\d+$/);
  return lines.slice(0, -1).map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it('offers commands, options, and what only this folder and ledger know', async () => {
    const { run, folder } = installation();
    writeFileSync(join(folder, 'volley.toml'), '[templates]\nwelcome = "Hi"\n[profiles.staging]\nrate = 1\n');
    writeFileSync(join(folder, 'list.csv'), recipients(2));
    writeFileSync(join(folder, 'odd.csv'), 'to,$(touch owned),a`b`,naïve\n1,2,3,4\n');
    const ledger = join(folder, 'ledger.db');
    const batch = ['batch', 'list.csv', '--from', from, '--body', 'Hi', '--campaign', 'spring'];
    expect((await run(...batch, '--simulate', '--ledger', ledger)).code).toBe(0);
    writeFileSync(
      join(folder, 'volley.toml'),
      `ledger = ${JSON.stringify(ledger)}\n[templates]\nwelcome = "Hi"\n[profiles.staging]\nrate = 1\n`,
    );

    expect(await offered(run, '')).toEqual(expect.arrayContaining(verbs.map(({ name }) => name)));
    expect(await offered(run, 'batch', '--messaging')).toEqual(['--messaging-service-sid']);
    expect(await offered(run, 'report', '')).toEqual(['spring']);
    expect(await offered(run, 'batch', '--template', '')).toEqual(['welcome']);
    expect(await offered(run, 'doctor', '--profile', 's')).toEqual(['staging']);
    expect(await offered(run, 'batch', 'list.csv', '--key', '')).toEqual(['to', 'name']);
    expect(await offered(run, 'batch', 'list.csv', '--map', '')).toEqual(['to=to', 'to=name']);
    // A shell would run the others.
    expect(await offered(run, 'batch', 'odd.csv', '--key', '')).toEqual(['to', 'naïve']);
  });

  it('stays silent where something is wrong', async () => {
    const { run, folder } = installation();
    writeFileSync(join(folder, 'volley.toml'), 'this is no TOML');
    expect(await offered(run, 'report', '')).toEqual([]);
  });

  it.for(['bash', 'zsh', 'fish'] as const)('prints a script that %s takes', async (shell, test) => {
    const { run, folder } = installation();
    const { code, stdout } = await run('completion', shell);
    expect([code, stdout]).toEqual([0, expect.stringContaining('volley')]);
    writeFileSync(join(folder, 'script'), stdout);
    needs(shell, test);
    const { status, stderr } = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('prints a script for PowerShell, and says which shells there are', async () => {
    const { run } = installation();
    expect((await run('completion', 'powershell')).stdout).toContain('Register-ArgumentCompleter');
    const { code, stderr } = await run('completion', 'tcsh');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/tcsh.*bash.*powershell/)]);
  });
});
