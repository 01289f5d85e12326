import { type Command, Option as CommanderOption } from 'commander';
import { type SessionOptions, sessionOptions } from './everywhere.ts';
import { nameOf, type OptionTable, oppositeOf } from './option.ts';

/** Declares a table's options and arguments to commander, which hands back what `readOptions` reads. */
export function declareOptions(command: Command, table: OptionTable): Command {
  for (const spec of Object.values(table)) {
    if (spec.form === 'argument') {
      const argument = command.createArgument(spec.flags, spec.about);
      // Only shown: what is wrong is said by the reader, the same way for all.
      if (spec.choices) argument.argChoices = [...spec.choices];
      command.addArgument(argument);
    } else for (const option of optionsOf(spec)) command.addOption(option);
  }
  return command;
}

/** What every command is told, read from a command that asks for nothing else. */
export const sessionOptionsOf = (command: Command): SessionOptions => sessionOptions(command.optsWithGlobals(), {});

type Spec = OptionTable[string];

function optionsOf(spec: Spec): CommanderOption[] {
  const shown = shownOption(spec);
  if (spec.form === 'switch') {
    const opposite = new CommanderOption(oppositeOf(nameOf(spec))).hideHelp();
    // Of a pair commander wants the one that switches on first; then neither has a default.
    return shown.negate ? [opposite, shown] : [shown, opposite];
  }
  const collect = (text: string, earlier: unknown) => [...((earlier as string[] | undefined) ?? []), text];
  return [shown.argParser(collect)];
}

function shownOption(spec: Spec): CommanderOption {
  const option = new CommanderOption(spec.flags, spec.about);
  if (spec.group !== undefined) option.helpGroup(spec.group);
  if (spec.choices) option.argChoices = [...spec.choices];
  return option;
}
