import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfigText, userFileOf } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import type { ConfigOptions } from '../commands/config.ts';
import { printOr } from '../document.ts';
import { readIfThere, replaceFile } from '../replace-file.ts';

/**
 * `volley config edit`: opens a copy of a file in the editor, and takes it over once it can be understood. Works for a
 * file that is wrong, too.
 */
export async function editConfig(
  { project, session: sessionOptions }: ConfigOptions,
  context: Context,
): Promise<number> {
  if (!context.terminal.canAsk || !sessionOptions.input) {
    throw new CliError('usage', 'Nobody is at a terminal to edit.', { hint: 'Use: volley config set KEY VALUE' });
  }
  const { env, cwd } = context;
  const file = project ? join(cwd, 'volley.toml') : userFileOf({ env, cwd, flags: sessionOptions });
  const before = readIfThere(file);
  const folder = mkdtempSync(join(tmpdir(), 'volley-'));
  const draft = join(folder, 'config.toml');
  try {
    writeFileSync(draft, before, { mode: 0o600 });
    const after = await edited(draft, file, { project, context });
    const written = after !== before;
    if (written) replaceFile(file, after);
    const show = () => {
      if (!written) context.err(`Nothing was changed in ${clean(file)}.`);
      else if (!sessionOptions.quiet) context.out(`Written to ${clean(file)}.`);
    };
    const document = { schema: 'volley.files/1', files: [{ file, written }] } as const;
    await printOr(document, show, { options: sessionOptions, context });
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text once it can be understood. Throws a `CliError` when somebody gives up before. */
async function edited(
  draft: string,
  file: string,
  { project, context }: { readonly project: boolean; readonly context: Context },
): Promise<string> {
  for (;;) {
    if (!(await context.edit(draft))) {
      throw new CliError('usage', 'The editor could not be used, or ended with an error. Nothing was changed.', {
        hint: 'Name one with EDITOR=nano.',
      });
    }
    const text = readFileSync(draft, 'utf8');
    try {
      await checkConfigText(file, text, project);
      return text;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      context.err(`error: ${clean(error.message)}`);
      if (!(await context.confirm('Edit it again?'))) throw new CliError('interrupted', 'Nothing was changed.');
    }
  }
}
