import type { Command } from 'commander';

/** What the manual says beyond the command tree. */
export interface ManualParts {
  readonly version: string;
  /** Pages by their names. */
  readonly topics: Readonly<Record<string, string>>;
}

/** Text as roff shows it. */
const roff = (text: string): string =>
  text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replace(
      /[^\n -~]/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );

/** The manual page, section 1, made from the command tree, so that it can say nothing else than `--help`. */
export function manualPage(program: Command, { version, topics }: ManualParts): string {
  const commands = program.createHelp().visibleCommands(program);
  return [
    `.TH VOLLEY 1 "" "volley ${version}" "User Commands"`,
    '.SH NAME',
    `volley \\- ${roff(program.description())}`,
    '.SH SYNOPSIS',
    '.B volley',
    '.I command',
    '[options]',
    '.SH COMMANDS',
    ...commands.flatMap(commandSection),
    '.SH OPTIONS OF EVERY COMMAND',
    ...program.options.flatMap(({ flags, description }) => item(flags, description)),
    ...Object.values(topics).flatMap(topicSection),
  ].join('\n');
}

function commandSection(command: Command): string[] {
  const options = command.options.filter(
    ({ helpGroupHeading, hidden }) => helpGroupHeading !== 'Everywhere:' && !hidden,
  );
  const usage = `${command.name()} ${command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)).join(' ')}`;
  return [
    `.SS ${roff(usage.trim())}`,
    `${roff(command.description())}.`,
    ...options.flatMap(({ flags, description }) => item(flags, description)),
  ];
}

const item = (term: string, about: string): string[] => ['.TP', `.B ${roff(term)}`, roff(about)];

function topicSection(page: string): string[] {
  const [title = '', ...lines] = page.split('\n');
  return [`.SH ${roff(title)}`, '.nf', ...lines.map(roff), '.fi'];
}
