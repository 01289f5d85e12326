import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { from, recipients, testContext } from '../context.ts';
import { needs } from '../needs.ts';
import { installation } from './volley.ts';

/** An installation whose command lines run in this process, which is much quicker. */
function installed(env: Readonly<Record<string, string>> = {}) {
  const { context, folder, stdout, stderr } = testContext({ env });
  const run = async (...argv: string[]) => {
    stdout.length = 0;
    stderr.length = 0;
    const { log } = console;
    // The library of completion prints by this alone.
    console.log = (line: string) => void stdout.push(line);
    try {
      const code = await main(argv, context);
      return { code, stdout: stdout.map((line) => `${line}\n`).join(''), stderr: stderr.join('\n') };
    } finally {
      console.log = log;
    }
  };
  return { run, folder };
}

/** What Tab offers after these words; the last is the one being typed. */
async function offered(run: ReturnType<typeof installed>['run'], ...words: string[]): Promise<string[]> {
  const { stdout, stderr } = await run('complete', '--', ...words);
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  expect(lines.at(-1)).toMatch(/^:\d+$/);
  return lines.slice(0, -1).map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  it('offers commands, options, and what only this folder and ledger know', async () => {
    const { run, folder } = installed();
    writeFileSync(join(folder, 'volley.toml'), '[templates]\nwelcome = "Hi"\n[profiles.staging]\nrate = 1\n');
    writeFileSync(join(folder, 'list.csv'), recipients(2));
    writeFileSync(join(folder, 'odd.csv'), 'to,$(touch owned),a`b`,naïve\n1,2,3,4\n');
    const ledger = join(folder, 'ledger.db');
    const batch = ['batch', join(folder, 'list.csv'), '--from', from, '--body', 'Hi', '--campaign', 'spring'];
    expect(await run(...batch, '--simulate', '--ledger', ledger)).toMatchObject({ code: 0 });
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
    const { run, folder } = installed();
    writeFileSync(join(folder, 'volley.toml'), 'this is no TOML');
    expect(await offered(run, 'report', '')).toEqual([]);
  });

  it.for(['bash', 'zsh', 'fish'] as const)('prints a script that %s takes', async (shell, test) => {
    const { run, folder } = installed();
    const { code, stdout } = await run('completion', shell);
    expect([code, stdout]).toEqual([0, expect.stringContaining('volley')]);
    writeFileSync(join(folder, 'script'), stdout);
    needs(shell, test);
    const { status, stderr } = spawnSync(shell, ['-n', join(folder, 'script')], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it.for([
    ['bash', '.local/share/bash-completion/completions/volley'],
    ['fish', '.config/fish/completions/volley.fish'],
    ['zsh', '.local/share/volley/completion.zsh'],
  ] as const)('installs for %s at %s, once', async ([shell, place]) => {
    const { run, folder } = installed({ SHELL: `/usr/bin/${shell}` });
    const { code, stdout, stderr } = await run('completion', '--install');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Written to ${join(folder, place)}\n`);
    const script = readFileSync(join(folder, place), 'utf8');
    expect(script).toBe((await run('completion', shell)).stdout);
    const again = await run('completion', shell, '--install');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(`There already: ${join(folder, place)}\n`)]);
    expect(readFileSync(join(folder, place), 'utf8')).toBe(script);
  });

  it('has a zsh read what it installs, and leaves the rest of its start-up file', async () => {
    const { run, folder } = installed({ SHELL: '/bin/zsh' });
    const startup = join(folder, '.zshrc');
    const line = `source '${join(folder, '.local/share/volley/completion.zsh')}'\n`;
    writeFileSync(startup, 'autoload -Uz compinit && compinit');
    for (const said of ['Read from now on by', 'Read already by']) {
      expect((await run('completion', '--install')).stdout).toContain(`${said} ${startup}`);
      expect(readFileSync(startup, 'utf8')).toBe(`autoload -Uz compinit && compinit\n${line}`);
    }
  });

  it('is installed for no other shell, and says which there are', async () => {
    for (const [argv, env, hint] of [
      [['completion', '--install'], { SHELL: '/bin/tcsh' }, /cannot be installed for tcsh.*\n.*bash, zsh, fish/],
      [['completion', '--install'], {}, /Which shell\?/],
      [['completion', 'powershell', '--install'], {}, /no usual place.*\n.*volley completion powershell/],
      [['completion'], {}, /Which shell\?/],
    ] as const) {
      const { code, stderr } = await installed(env).run(...argv);
      expect([code, stderr]).toEqual([2, expect.stringMatching(hint)]);
    }
  });

  it('lets bash complete once it is installed', async (test) => {
    needs('bash', test);
    const { run, folder } = installation({ SHELL: '/bin/bash' });
    await run('completion', '--install');
    const bin = resolve(import.meta.dirname, '../../bin/volley.js');
    writeFileSync(join(folder, 'volley'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, { mode: 0o755 });
    // What Tab does: calls the function that the script has named, and reads what it leaves.
    const press = `source "$1"; COMP_WORDS=(volley re); COMP_CWORD=1; COMP_LINE='volley re'; COMP_POINT=9
      name=$(complete -p volley | sed 's/.*-F \\([^ ]*\\).*/\\1/'); $name; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const script = join(folder, '.local/share/bash-completion/completions/volley');
    const env = { PATH: `${folder}:${process.env['PATH']}`, HOME: folder };
    const { stdout, stderr } = spawnSync('bash', ['-c', press, 'bash', script], { encoding: 'utf8', env });
    expect(
      stdout.split('\n').map((word) => word.trim()),
      stderr,
    ).toEqual(expect.arrayContaining(['resume', 'replies', 'report']));
  });

  it('prints a script for PowerShell, and says which shells there are', async () => {
    const { run } = installed();
    expect((await run('completion', 'powershell')).stdout).toContain('Register-ArgumentCompleter');
    const { code, stderr } = await run('completion', 'tcsh');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/tcsh.*bash.*powershell/)]);
  });
});
