import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CliError, fileError } from '../../errors.ts';

/** Shells whose completion has a usual place for one user. */
export const installable = ['bash', 'zsh', 'fish'] as const;

/** One of `installable`. */
export type Shell = (typeof installable)[number];

type Env = Readonly<Record<string, string | undefined>>;

/** The shell that somebody uses, by $SHELL. Throws a `CliError` for one that is none of ours. */
export function shellOf({ SHELL = '' }: Env): Shell {
  const name = basename(SHELL);
  const shell = installable.find((known) => known === name);
  if (shell !== undefined) return shell;
  throw new CliError('usage', name === '' ? 'Which shell?' : `Completion cannot be installed for ${name}.`, {
    hint: `Name one of ${installable.join(', ')}: volley completion bash --install`,
  });
}

/** Where a completion is, whether it was written now, and what to tell. */
interface Installed {
  readonly file: string;
  readonly written: boolean;
  readonly lines: readonly string[];
}

/**
 * Puts a completion script where the shell looks for it, or, where it looks nowhere, into a file that its start-up file
 * reads from now on. Done twice it changes nothing. Throws a `CliError` when it can't be written.
 */
export function installCompletion(shell: Shell, script: string, env: Env): Installed {
  const file = placeOf(shell, env);
  const written = !(existsSync(file) && readFileSync(file, 'utf8') === script);
  if (written) writing(file, () => writeFileSync(file, script));
  const first = `${written ? 'Written to' : 'There already:'} ${file}`;
  const read = shell === 'zsh' ? [sourceIn(join(env['ZDOTDIR'] || homeOf(env), '.zshrc'), file)] : [];
  const needs = shell === 'bash' ? ' It needs the package bash-completion.' : '';
  return { file, written, lines: [first, ...read, `Open a new terminal.${needs}`] };
}

function placeOf(shell: Shell, env: Env): string {
  const home = homeOf(env);
  const data = env['XDG_DATA_HOME'] || join(home, '.local', 'share');
  switch (shell) {
    case 'bash':
      // https://github.com/scop/bash-completion#faq: where should I put my own completions?
      return join(env['BASH_COMPLETION_USER_DIR'] || join(data, 'bash-completion'), 'completions', 'volley');
    case 'fish':
      // https://fishshell.com/docs/current/completions.html#where-to-put-completions
      return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'fish', 'completions', 'volley.fish');
    case 'zsh':
      return join(data, 'volley', 'completion.zsh');
  }
}

const homeOf = (env: Env): string => env['HOME'] || homedir();

/** Has a start-up file read a script, unless it does; all else in it stays. */
function sourceIn(startup: string, file: string): string {
  const text = existsSync(startup) ? readFileSync(startup, 'utf8') : '';
  if (text.includes(file) || text.includes('volley completion zsh')) return `Read already by ${startup}`;
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  writing(startup, () => appendFileSync(startup, `${separator}source '${file.replaceAll("'", "'\\''")}'\n`));
  return `Read from now on by ${startup}`;
}

function writing(file: string, write: () => void): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    write();
  } catch (error) {
    throw fileError(error, { doing: 'write', path: file }) ?? error;
  }
}
