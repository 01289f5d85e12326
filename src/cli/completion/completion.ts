import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { defaultLedger, loadConfig } from '../../config/config.ts';
import type { Context } from '../../context.ts';
import { openSource } from '../../input/open-source.ts';
import { addIntroduction } from '../help/page.ts';
import { noSessionOptions } from '../options/everywhere.ts';
import { withSession } from '../session.ts';

/** Options and arguments whose values are looked up when Tab is pressed, and how. */
const live: Readonly<Record<string, (words: readonly string[], context: Context) => Promise<readonly string[]>>> = {
  profile: async (_, { env, cwd }) => (await loadConfig({ env, cwd, flags: {} })).profiles,
  template: async (_, { env, cwd }) => Object.keys((await loadConfig({ env, cwd, flags: {} })).templates),
  campaign: (_, context) =>
    withSession(noSessionOptions, context, async (session) => {
      // Tab makes no ledger.
      if (!existsSync(session.config.get('ledger') ?? defaultLedger(session.config.env, false))) return [];
      const campaigns = await (await session.ledger()).campaigns(100);
      return campaigns.map(({ name }) => name);
    }),
  key: columnsOfFile,
  'timezone-column': columnsOfFile,
  map: async (words, context) => (await columnsOfFile(words, context)).map((column) => `to=${column}`),
};

/** Adds and returns `completion`, which prints a shell's script, and adds what that script asks. `words` is the command line. */
export async function addCompletion(program: Command, words: readonly string[], context: Context): Promise<Command> {
  const root = tab(program, { completionCommandName: 'completion' });
  const completion = program.commands.find((command) => command.name() === 'completion');
  if (!completion) throw new Error('there is no completion command');
  addIntroduction(completion, help);
  if (words[0] === 'complete') await addLiveValues(root, words, context);
  return completion;
}

/** Looks up only what the word that is being typed can be: Tab has to be quick. */
async function addLiveValues(root: ReturnType<typeof tab>, words: readonly string[], context: Context): Promise<void> {
  const command = root.commands.get(words[2] ?? '');
  const [before = '', typed = ''] = words.slice(-2);
  const [, option = ''] = /^--([\w-]+)/.exec(typed.includes('=') ? typed : before) ?? [];
  const isOption = Object.hasOwn(live, option);
  const target = isOption ? command?.options.get(option) : command?.arguments.get('campaign');
  if (!target) return;
  // Whatever is wrong with config, ledger or file is said by the command; Tab stays silent.
  const found = await live[isOption ? option : 'campaign']?.(words, context).catch(() => []);
  target.handler = (complete: (value: string, description: string) => void) => {
    for (const value of found ?? []) if (isHarmless.test(value)) complete(value, '');
  };
}

/** Shells read what is offered as words of theirs: bash would run a column called $(…). Others have to be typed. */
const isHarmless = /^[\p{L}\p{N}_.:@%+=,/-]+$/u;

async function columnsOfFile(words: readonly string[], { cwd, stdin }: Context): Promise<readonly string[]> {
  const file = words.slice(3).find((word) => existsSync(resolve(cwd, word)) && statSync(resolve(cwd, word)).isFile());
  return file === undefined ? [] : ((await openSource({ file: resolve(cwd, file), stdin })).columns ?? []);
}

const help = `Completes commands, options, profiles, campaigns, templates, and the columns of the file that is named.

Examples:
  source <(volley completion bash)                                  in ~/.bashrc
  source <(volley completion zsh)                                   in ~/.zshrc
  volley completion fish > ~/.config/fish/completions/volley.fish
  volley completion powershell >> $PROFILE`;
