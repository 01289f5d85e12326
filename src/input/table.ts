import type { Row, RowIssue } from '../core/message.ts';
import { foldName } from '../core/request/parameters.ts';
import { CliError } from '../errors.ts';

/** A file with a header, whose rows follow. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<Row | RowIssue>;
}

/** Names that would reach into every object if they became keys. */
const dangerousNames = new Set(['__proto__', 'constructor', 'prototype']);

/** Throws a `CliError` for a header that is none, in which two columns have one name, or a name is dangerous. */
export function checkHeader(columns: readonly string[], name: string): void {
  if (columns.some((column) => /^\+?\d[\d ().-]{6,}$/.test(column))) {
    throw new CliError('input', `${name}, line 1: this is a row, and the names of the columns are missing.`, {
      hint: 'Put a line like to,first_name above it.',
    });
  }
  const dangerous = columns.find((column) => dangerousNames.has(column.toLowerCase()));
  if (dangerous !== undefined) {
    throw new CliError('input', `${name}, line 1: a column may not be called ${dangerous}.`);
  }
  const duplicates = findDuplicates(columns);
  if (!duplicates) return;
  const [earlier, column] = duplicates;
  throw new CliError('input', `${name}, line 1: two columns are called ${column}.`, {
    hint:
      earlier === column
        ? 'Rename one of them.'
        : `${earlier} and ${column} are the same name here. Rename one of them.`,
  });
}

/** The first two of these names that are the same one, as `to` and `To` are. */
export function findDuplicates(names: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const name of names) {
    const folded = foldName(name);
    const earlier = seen.get(folded);
    if (earlier !== undefined && name !== '') return [earlier, name];
    seen.set(folded, name);
  }
  return undefined;
}
