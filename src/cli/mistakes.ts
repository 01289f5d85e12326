import type { Command, CommanderError } from 'commander';
import { didYouMean } from '../core/text/nearest.ts';
import { CliError } from '../errors.ts';

/** A command line that commander could not read. */
interface Mistake {
  /** What commander puts between quotes: the word that was typed, or the name of what is missing. */
  readonly named: string;
  /** The command that was meant, or the program where none was. */
  readonly command: Command;
}

/** What is said of it, and the way out. */
type Words = readonly [message: string, hint: string];

/** Commander's codes in our words; https://github.com/tj/commander.js/blob/master/lib/command.js. */
const mistakes: Readonly<Record<string, (mistake: Mistake) => Words>> = {
  'commander.unknownCommand': ({ named, command }) => {
    const names = command.commands.map((known) => known.name());
    return [`There is no command "${named}".`, didYouMean(named, names, 'See them all: volley --help')];
  },
  'commander.unknownOption': ({ named, command }) => {
    // What stands after = may be a secret that somebody took for a flag's value.
    const [flag = ''] = named.split('=');
    const flags = command.options.flatMap(({ long }) => long ?? []);
    return [`${pathOf(command)} has no option ${flag}.`, didYouMean(flag, flags, see(command))];
  },
  'commander.optionMissingArgument': ({ named, command }) => {
    const option = command.options.find(({ flags }) => flags === named);
    return [`${option?.long ?? named} is given without a value.`, `${named}: ${option?.description}. ${see(command)}`];
  },
  'commander.missingArgument': ({ named, command }) => {
    const argument = command.registeredArguments.find((known) => known.name() === named);
    return [`${pathOf(command)} needs <${named}>: ${argument?.description}.`, see(command)];
  },
  'commander.excessArguments': ({ command }) => {
    const expected = command.registeredArguments;
    const takes = expected.length === 0 ? 'nothing' : expected.map((known) => `<${known.name()}>`).join(' ');
    const extra = command.args[expected.length] ?? '';
    return [`${pathOf(command)} takes ${takes}, and "${extra}" is one word too many.`, `${quoting} ${see(command)}`];
  },
};

const quoting = 'Put quotes around what has spaces in it.';

const pathOf = (command: Command): string => (command.parent ? `volley ${command.name()}` : 'volley');

const see = (command: Command): string => `See: ${pathOf(command)} --help`;

/** What commander says of a command line, in our words. `verb` is the command that was typed, where one was. */
export function mistakeOf({ code, message }: CommanderError, program: Command, verb: string | undefined): CliError {
  const command = program.commands.find((known) => known.name() === verb) ?? program;
  const [, named = ''] = /'(.*)'/s.exec(message) ?? [];
  const words = mistakes[code]?.({ named, command });
  return new CliError('usage', words?.[0] ?? 'That command line cannot be read.', { hint: words?.[1] ?? see(command) });
}
