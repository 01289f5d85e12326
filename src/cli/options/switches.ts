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

const isTruth = (word: string): boolean => /^(true|false)$/i.test(word);

/** Switches with whether they take a word, and the flags and short flags of what has a text. */
function byFlag(table: OptionTable) {
  const switches = new Map<string, boolean>();
  const withText = new Set<string>();
  for (const spec of Object.values(table)) {
    const flag = nameOf(spec);
    if (spec.form === 'switch') {
      switches.set(flag, spec.takesWord);
      switches.set(oppositeOf(flag), false);
    } else if (spec.form !== 'argument') {
      for (const [name] of spec.flags.matchAll(/--?[\w-]+/g)) withText.add(name);
    }
  }
  return { switches, withText };
}
