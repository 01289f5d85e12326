import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../src/cli/verbs.ts';
import { from, recipients } from '../context.ts';
import { installation } from './volley.ts';

const hasShell = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined;

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

  it.each(['bash', 'zsh', 'fish'])('prints a script that %s takes', async (shell) => {
    const { run, folder } = installation();
    const { code, stdout } = await run('completion', shell);
    expect([code, stdout]).toEqual([0, expect.stringContaining('volley')]);
    writeFileSync(join(folder, 'script'), stdout);
    if (!hasShell(shell)) return console.warn(`${shell} is not here: its script was not checked`);
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

describe('the manual', () => {
  it('has every command, every page, and no line that roff would take for its own', async () => {
    const { stdout } = await installation().run('man');
    for (const { name } of verbs) expect(stdout).toContain(`\n.SS ${name.replaceAll('-', '\\-')}`);
    for (const title of ['TEXTS AND TEMPLATES', 'EXIT CODES', 'CONFIGURATION'])
      expect(stdout).toContain(`.SH ${title}`);
    const requests = [...stdout.matchAll(/^\.(\S+)/gm)].map(([, name]) => name);
    expect([...new Set(requests)].sort()).toEqual(['B', 'I', 'PP', 'SH', 'SS', 'TH', 'TP', 'fi', 'nf']);
    if (spawnSync('groff', ['--version']).error) return console.warn('groff is not here: the manual was not set');
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: stdout, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
