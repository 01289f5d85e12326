import { CliError } from '../../errors.ts';
import { nameOf, type OptionTable, oppositeOf } from './option.ts';

/**
 * Writes `--flag=false`, `--flag=true` and, where a switch takes a word, `--flag false` as `--no-flag` and `--flag`,
 * which is what commander understands. Throws a `CliError` for another word after `=`.
 */
export function spellSwitches(argv: readonly string[], table: OptionTable): string[] {
  const { switches, withText } = byFlag(table);
  const spelt: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') return [...spelt, ...argv.slice(at)];
    const [flag = '', value] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    const takesWord = switches.get(flag);
    if (takesWord === undefined) {
      spelt.push(word);
      // What follows is its text, whatever it looks like.
      if (withText.has(word) && at + 1 < argv.length) spelt.push(argv[++at] ?? '');
      continue;
    }
    const next = argv[at + 1] ?? '';
    const hasWord = value === undefined && takesWord && isTruth(next);
    if (hasWord) at++;
    const given = hasWord ? next : (value ?? 'true');
    if (!isTruth(given)) throw new CliError('usage', `${flag} ${given || '""'} must be true or false.`);
    spelt.push(given.toLowerCase() === 'true' ? flag : oppositeOf(flag));
  }
  return spelt;
}

/** The first word that is neither a flag nor the text of one: the command. */
export function commandIn(argv: readonly string[], table: OptionTable): string | undefined {
  const { withText } = byFlag(table);
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-')) return word;
    if (withText.has(word)) at++;
  }
  return undefined;
}

/** True for a command line with nothing but flags of a table and their texts; what is wrong with those is said later. */
export function namesNoCommand(argv: readonly string[], table: OptionTable): boolean {
  const { switches, withText } = byFlag(table);
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [flag = ''] = word.split('=');
    if (withText.has(word)) at++;
    else if (!switches.has(flag) && !withText.has(flag)) return false;
  }
  return true;
}

/** What a switch was set to last, whatever else is wrong with the command line; undefined when it was not given. */
export function lastOf(argv: readonly string[], name: string): boolean | undefined {
  const pattern = new RegExp(`^--(no-)?${name}(?:=(true|false))?$`, 'i');
  const found = argv.map((word) => pattern.exec(word)).findLast((match) => match !== null);
  return found && (found[2]?.toLowerCase() !== 'false') === (found[1] === undefined);
}

/** True for a command line whose errors a program reads, whatever else is wrong with it. */
export function asksForJson(argv: readonly string[]): boolean {
  const isLines = (word: string, at: number) =>
    word === '--output=ndjson' || (word === '--output' && argv[at + 1] === 'ndjson');
  return lastOf(argv, 'json') === true || argv.some((word, at) => /^--jq(=|$)/.test(word) || isLines(word, at));
}

const isTruth = (word: string): boolean => /^(true|false)$/i.test(word);

/** Switches with whether they take a word, and the flags and short flags of what has a text. */
function byFlag(table: OptionTable) {
  const switches = new Map<string, boolean>();
  const withText = new Set<string>();
  for (const spec of Object.values(table)) {
    const flag = nameOf(spec);
    if (spec.form === 'switch') {
      for (const [name] of spec.flags.matchAll(/--?[\w-]+/g)) switches.set(name, spec.takesWord);
      switches.set(oppositeOf(flag), false);
    } else if (spec.form !== 'argument') {
      for (const [name] of spec.flags.matchAll(/--?[\w-]+/g)) withText.add(name);
    }
  }
  return { switches, withText };
}
