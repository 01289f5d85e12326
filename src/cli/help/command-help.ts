import type { Command } from 'commander';
import { either } from '../../core/text/wording.ts';
import { wrap } from '../../ui/lines.ts';
import { groups } from '../options/groups.ts';
import { formatPage } from './format-page.ts';
import { appendixOf, introductionOf } from './page.ts';

/** A term, and what it means. */
type Item = readonly [term: string, about: string];

const startHere = `Start here:
  volley compose --simulate             be asked; nothing leaves this machine
  volley send --to +14155550100 --from +14155550199 --body Hello --simulate
  volley check customers.csv --from +14155550199 --body 'Hi {{ first_name }}'`;

const exitCodes = `Exit codes: 0 done, 1 a bug, 2 wrong usage or input, 3 some rows failed, 4 credentials,
5 Twilio out of reach, 6 refused by a rule, 7 another run holds the campaign, 8 something is still open,
130 interrupted.`;

/** The help of a command, or of volley itself, at a width in cells. */
export function helpOf(command: Command, columns: number): string {
  return command.parent ? commandHelp(command, columns) : programHelp(command, columns);
}

/** How to begin, every command, and what holds for all of them. */
function programHelp(program: Command, columns: number): string {
  const items = program.commands.map(
    (command) => [command.helpGroup(), [command.name(), command.description()]] as const,
  );
  const everywhere = optionsOf(program).map(([, item]) => [groups.everywhere, item] as const);
  return sections(
    wrap(program.description(), columns, 0),
    'Usage: volley [command] [options]',
    formatPage(startHere, columns),
    ...groupLines([...items, ...everywhere], columns),
    // A number stays with its meaning.
    formatPage(exitCodes.replace(/(\d) /g, '$1\u00a0'), columns).replaceAll('\u00a0', ' '),
  );
}

/**
 * What a command does in one line, how it is written, examples, its options by what they are for, and the names of
 * those that every command has.
 */
function commandHelp(command: Command, columns: number): string {
  const args = command.registeredArguments.map(
    (argument) => ['Arguments:', [argument.name(), withChoices(argument)]] as const,
  );
  const options = optionsOf(command).filter(([heading]) => heading !== groups.everywhere);
  // What belongs to no group comes first: a command's own few options.
  options.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  return sections(
    wrap(sentence(command.description()), columns, 0),
    `Usage: volley ${[command.name(), ...usageOf(command)].join(' ')}`,
    formatPage(introductionOf(command), columns),
    ...groupLines([...args, ...options], columns),
    formatPage(appendixOf(command), columns),
    everywhereLine(command, columns),
  );
}

function everywhereLine(command: Command, columns: number): string {
  const flags = command.options.filter((option) => option.helpGroupHeading === groups.everywhere && !option.hidden);
  const names = flags.map(({ long }) => long).join(', ');
  return names === '' ? '' : wrap(`Everywhere: ${names}. What they do: volley --help`, columns, 2);
}

const order: readonly string[] = Object.values(groups);

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const sections = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n');

function usageOf(command: Command): string[] {
  const names = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [...names, '[options]'];
}

function optionsOf(command: Command): (readonly [group: string, item: Item])[] {
  return command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => [option.helpGroupHeading ?? 'Options:', [option.flags, withChoices(option)]] as const);
}

/** What is said of it, with all that may be given unless that is said already. */
function withChoices(spec: { readonly description: string; readonly argChoices?: readonly string[] }): string {
  const { description, argChoices: choices = [] } = spec;
  return choices.every((word) => description.includes(word)) ? description : `${description}: ${either(choices)}`;
}

/** Items under their headings, in the order in which these first appear. */
function groupLines(items: readonly (readonly [group: string, item: Item])[], columns: number): string[] {
  const headings = [...new Set(items.map(([heading]) => heading))];
  // Longer terms have their meaning below them.
  const widest = columns < 80 ? 22 : 30;
  const width = Math.max(...items.map(([, [term]]) => term.length).filter((length) => length <= widest));
  return headings.map((heading) => {
    const own = items.filter(([other]) => other === heading);
    return [heading, ...own.map(([, item]) => itemText(item, width, columns))].join('\n');
  });
}

function itemText([term, about]: Item, width: number, columns: number): string {
  const indent = width + 4;
  const start = term.length > width ? `  ${term}\n${' '.repeat(indent)}` : `  ${term.padEnd(width)}  `;
  return `${start}${wrap(about, columns, indent)}`;
}
