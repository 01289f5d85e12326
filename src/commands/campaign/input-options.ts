import { type Command, Option } from 'commander';
import { addGroup, collect } from '../options.ts';

/** Adds what says where rows are and what their columns mean. */
export function addMapping(command: Command): Command {
  const map = new Option(
    '--map <name=column>',
    'which column holds what, or a text with {{ fields }}; may be repeated',
  );
  command.addOption(map.argParser(collect).helpGroup('Input:'));
  return addGroup(command, 'Input:', [
    ['--template <file>', 'take the text with its {{ fields }} from a file, or from [templates]'],
    ['--key <column>', 'what makes a row the same row (default: the recipient)'],
    ['--country <code>', 'country of numbers without +, as US'],
    ['--locale <language>', 'how dates and amounts are written, as de-DE (default en-US)'],
    ['--timezone-column <column>', "the recipient's time zone, for quiet hours (default: from the number)"],
  ]);
}

/** Adds how a file is read, and how much of it. */
export function addFileOptions(command: Command): Command {
  return addGroup(command, 'Input:', [
    ['--delimiter <character>', 'what separates columns (default: found out)'],
    ['--encoding <name>', 'how the file is encoded, as windows-1252 (default: found out)'],
    ['--sheet <name>', 'sheet of an Excel workbook, by name or number (default: the first)'],
    ['--sample <n>', 'take only the first n rows that can be sent'],
    ['--test-to <number>', 'send to this number instead: the first row, or as many as --sample says'],
    ['--strict', 'any wrong row stops all'],
    ['--max-invalid <share>', 'refuse when more rows are wrong, as 10% (default 50%)'],
  ]);
}
