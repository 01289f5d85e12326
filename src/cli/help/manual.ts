import type { Command } from 'commander';

/** What the manual has beyond commander's command tree. */
export interface ManualParts {
  readonly version: string;
  /** Pages by their names. */
  readonly topics: Readonly<Record<string, string>>;
  /** What a command is for, and examples of it. */
  readonly introductionOf: (command: Command) => string;
  /** Wraps a page to the width of the manual. */
  readonly format: (text: string) => string;
}

/** Text with roff's special characters escaped; https://man7.org/linux/man-pages/man7/groff_char.7.html. */
const roff = (text: string): string =>
  text
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .replace(
      /[^\n -~]/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    );

/** The manual page, section 1, in roff. It is made from the command tree, so that it agrees with `--help`. */
export function manualPage(program: Command, { version, topics, introductionOf, format }: ManualParts): string {
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
    ...commands.flatMap((command) => commandSection(command, format(introductionOf(command)))),
    '.SH OPTIONS OF EVERY COMMAND',
    ...program.options.flatMap(({ flags, description }) => item(flags, description)),
    ...Object.values(topics).map(format).flatMap(topicSection),
  ].join('\n');
}

function commandSection(command: Command, introduction: string): string[] {
  const options = command.options.filter(
    ({ helpGroupHeading, hidden }) => helpGroupHeading !== 'Everywhere:' && !hidden,
  );
  const usage = `${command.name()} ${command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)).join(' ')}`;
  return [
    `.SS ${roff(usage.trim())}`,
    `${roff(command.description())}.`,
    ...(introduction === '' ? [] : ['.PP', ...verbatim(introduction)]),
    ...options.flatMap(({ flags, description }) => item(flags, description)),
  ];
}

const item = (term: string, about: string): string[] => ['.TP', `.B ${roff(term)}`, roff(about)];

function topicSection(page: string): string[] {
  const [title = '', ...lines] = page.split('\n');
  return [`.SH ${roff(title)}`, ...verbatim(lines.join('\n'))];
}

/** Lines that roff must not fill. */
const verbatim = (text: string): string[] => ['.nf', ...text.split('\n').map(roff), '.fi'];
