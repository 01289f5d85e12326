import { either } from './wording.ts';

/** Words of this length may differ from what was meant by so many letters. Our choice. */
const allowed = (word: string): number => (word.length < 3 ? 0 : word.length < 6 ? 1 : word.length < 10 ? 2 : 3);

/** No more candidates than these are offered. Our choice: who has to read a list can as well read all. */
const offered = 3;

/**
 * The candidates that were most likely meant by a mistyped word: those that begin with it, else those that are fewest
 * letters away. Case and leading dashes do not count. None where none is near, or too many are.
 */
export function nearest(word: string, candidates: readonly string[]): readonly string[] {
  const wanted = bare(word);
  const others = [...new Set(candidates)].filter((candidate) => candidate !== word);
  const longer = others.filter((candidate) => wanted.length > 1 && bare(candidate).startsWith(wanted));
  const distances = others.map((candidate) => distance(wanted, bare(candidate)));
  const least = Math.min(...distances);
  const near = least <= allowed(wanted) ? others.filter((_, i) => distances[i] === least) : [];
  const found = longer.length > 0 ? longer : near;
  return found.length > offered ? [] : found;
}

/** A way out for a mistyped word: `Did you mean list? See: …`; without anything near only what follows. */
export function didYouMean(word: string, candidates: readonly string[], more = ''): string {
  const meant = nearest(word, candidates);
  return [...(meant.length === 0 ? [] : [`Did you mean ${either(meant)}?`]), ...(more === '' ? [] : [more])].join(' ');
}

const bare = (word: string): string => word.toLowerCase().replace(/^-+/, '');

/**
 * How many letters have to be added, left out, changed or swapped with their neighbour, which is what fingers do;
 * https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance (optimal string alignment).
 */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
