import { type Command, Option } from 'commander';

const repeat = (value: string, earlier: unknown): string[] => [...((earlier as string[] | undefined) ?? []), value];

/** Adds what says where rows are and what their columns mean. */
export function addMapping(command: Command): Command {
  for (const option of [
    new Option(
      '--map <name=column>',
      'which column holds what, or a text with {{ fields }}; may be repeated',
    ).argParser(repeat),
    new Option('--template <file>', 'take the text with its {{ fields }} from a file, or from [templates]'),
    new Option('--key <column>', 'what makes a row the same row (default: the recipient)'),
    new Option('--country <code>', 'country of numbers without +, as US'),
    new Option('--locale <language>', 'how dates and amounts are written, as de-DE (default en-US)'),
    new Option('--timezone-column <column>', "the recipient's time zone, for quiet hours (default: from the number)"),
  ]) {
    command.addOption(option.helpGroup('Input:'));
  }
  return command;
}

/** Adds how a file is read, and how much of it. */
export function addFileOptions(command: Command): Command {
  for (const [flags, about] of [
    ['--delimiter <character>', 'what separates columns (default: found out)'],
    ['--encoding <name>', 'how the file is encoded, as windows-1252 (default: found out)'],
    ['--sheet <name>', 'sheet of an Excel workbook, by name or number (default: the first)'],
    ['--sample <n>', 'take only the first n rows that can be sent'],
    ['--test-to <number>', 'send to this number instead: the first row, or as many as --sample says'],
    ['--strict', 'any wrong row stops all'],
    ['--max-invalid <share>', 'refuse when more rows are wrong, as 10% (default 50%)'],
  ] as const) {
    command.addOption(new Option(flags, about).helpGroup('Input:'));
  }
  return command;
}
