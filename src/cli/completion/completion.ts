import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { loadConfig } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { either } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
import { printOr } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import { sessionOptionsOf } from '../options/declare.ts';
import { noSessionOptions } from '../options/everywhere.ts';
import { withSession } from '../session.ts';

/** How the values of an option or argument are looked up when Tab is pressed. */
const lookups: Readonly<Record<string, (words: readonly string[], context: Context) => Promise<readonly string[]>>> = {
  profile: async (_, { env, cwd }) => (await loadConfig({ env, cwd, flags: {} })).profiles,
  template: async (_, { env, cwd }) => Object.keys((await loadConfig({ env, cwd, flags: {} })).templates),
  campaign: (_, context) =>
    withSession(noSessionOptions, context, async (session) => {
      // Opening a ledger creates it, and Tab should create nothing; nor does it wait for a server.
      if (!existsSync(session.ledgerPath())) return [];
      const campaigns = await (await session.ledger()).campaigns(100);
      return campaigns.map(({ name }) => name);
    }),
  key: columnsOfFile,
  'timezone-column': columnsOfFile,
  map: async (words, context) => (await columnsOfFile(words, context)).map((column) => `to=${column}`),
};

/** Adds and returns `completion`, which prints a shell's script, and the command that script calls. `words` is the command line. */
export async function addCompletion(program: Command, words: readonly string[], context: Context): Promise<Command> {
  const root = tab(program, { completionCommandName: 'completion' });
  const completion = program.commands.find((command) => command.name() === 'completion');
  if (!completion) throw new Error('there is no completion command');
  addIntroduction(completion, help);
  if (words[0] === 'completion') addInstall(completion, root, context);
  if (words[0] === 'complete') await addLookedUpValues(root, words, context);
  return completion;
}

const shells: readonly string[] = ['bash', 'zsh', 'fish', 'powershell'];

/** Lets the script be put in its place, too, for the shell that is used unless another is named. */
function addInstall(completion: Command, root: ReturnType<typeof tab>, context: Context): void {
  for (const argument of completion.registeredArguments) {
    argument.required = false;
    argument.description = either(shells);
    // What is wrong with it is said below, as everywhere.
    argument.argParser((given: string) => given);
  }
  const options = () => sessionOptionsOf(completion);
  completion
    .option('--install', 'put it where the shell finds it; of $SHELL where none is named')
    .action(async (named: string | undefined, { install = false }: { readonly install?: boolean }) => {
      const { installable, installCompletion, shellOf } = await import('./install.ts');
      if (named !== undefined && !shells.includes(named)) {
        throw new CliError('usage', `There is no completion for ${clean(named)}, only for ${shells.join(', ')}.`, {
          hint: didYouMean(named, shells, 'See: volley completion --help'),
        });
      }
      if (!install) {
        if (named === undefined) throw new CliError('usage', 'Which shell?', { hint: 'volley completion bash' });
        const script = scriptOf(root, named);
        const document = { schema: 'volley.completion/1', shell: named, script } as const;
        return printOr(document, () => context.out(script.trimEnd()), { options: options(), context });
      }
      const shell = named === undefined ? shellOf(context.env) : installable.find((known) => known === named);
      if (shell === undefined) {
        throw new CliError('usage', `There is no usual place for the completion of ${named}.`, {
          hint: `Print it, and put it where it belongs: volley completion ${named}`,
        });
      }
      const { file, written, lines } = installCompletion(shell, scriptOf(root, shell), context.env);
      const document = { schema: 'volley.files/1', files: [{ file, written }] } as const;
      const show = () => {
        for (const line of lines) context.out(line);
      };
      await printOr(document, show, { options: options(), context });
    });
}

/** The script, which the library only prints. */
function scriptOf(root: ReturnType<typeof tab>, shell: string): string {
  const { log } = console;
  const printed: string[] = [];
  console.log = (text: string) => void printed.push(text);
  try {
    root.setup('volley', 'volley', shell);
  } finally {
    console.log = log;
  }
  return `${printed.join('\n').trimEnd()}\n`;
}

/** Looks up values only for the word that is being typed, so that Tab is quick. */
async function addLookedUpValues(
  root: ReturnType<typeof tab>,
  words: readonly string[],
  context: Context,
): Promise<void> {
  const command = root.commands.get(words[2] ?? '');
  const [before = '', typed = ''] = words.slice(-2);
  const [, option = ''] = /^--([\w-]+)/.exec(typed.includes('=') ? typed : before) ?? [];
  const isOption = Object.hasOwn(lookups, option);
  const target = isOption ? command?.options.get(option) : command?.arguments.get('campaign');
  if (!target) return;
  // A message of an error would be offered as a completion; the command itself will show it.
  const found = await lookups[isOption ? option : 'campaign']?.(words, context).catch(() => []);
  target.handler = (complete: (value: string, description: string) => void) => {
    for (const value of found ?? []) if (isHarmless.test(value)) complete(value, '');
  };
}

/** Only values without shell syntax are offered: bash would run a column called `$(…)`. Others have to be typed. */
const isHarmless = /^[\p{L}\p{N}_.:@%+=,/-]+$/u;

async function columnsOfFile(words: readonly string[], { cwd, stdin }: Context): Promise<readonly string[]> {
  const file = words.slice(3).find((word) => existsSync(resolve(cwd, word)) && statSync(resolve(cwd, word)).isFile());
  return file === undefined ? [] : ((await openSource({ file: resolve(cwd, file), stdin })).columns ?? []);
}

const help = `Completes commands, options, profiles, campaigns, templates, and the columns of the file that is named.

Examples:
  volley completion --install                 for the shell of $SHELL: bash, zsh or fish
  volley completion zsh --install
  source <(volley completion bash)            for this terminal alone
  volley completion powershell >> $PROFILE`;
