import type { Row } from '../message.ts';
import type { Rules } from './mapping-rules.ts';
import { flagName, foldName, type ParameterKey, parameterNamed } from './parameters.ts';

/** A column that holds a parameter. */
interface Holder {
  readonly column: string;
  readonly key: ParameterKey;
}

/** What the columns of a row mean. */
export interface Layout {
  readonly columns: readonly string[];
  /** Those that hold a parameter by their own name. */
  readonly byName: readonly Holder[];
  /** Those that hold one because `--map` says so, with the name that it gives them. */
  readonly byMap: readonly (Holder & { readonly name: string })[];
  /** The column of this name, whatever its case and spaces. */
  readonly columnNamed: (name: string) => string | undefined;
  /** The column that holds a merge field. */
  readonly columnOfField: (field: string) => string | undefined;
}

/** Makes what finds the layout of a row: the one of the row before while the columns stay the same. */
export function layoutFinder(rules: Rules): (row: Row) => Layout {
  let latest: Layout | undefined;
  return ({ cells }) => {
    const columns = Object.keys(cells);
    if (!latest || !areSame(columns, latest.columns)) latest = makeLayout(columns, rules);
    return latest;
  };
}

function areSame(columns: readonly string[], others: readonly string[]): boolean {
  if (columns.length !== others.length) return false;
  for (let i = 0; i < columns.length; i++) if (columns[i] !== others[i]) return false;
  return true;
}

function makeLayout(columns: readonly string[], { aliases }: Rules): Layout {
  // Of two columns that fold to one name the first counts.
  const byFolded = new Map(columns.toReversed().map((column) => [known(column).folded, column]));
  const columnNamed = (name: string) => (columns.includes(name) ? name : byFolded.get(known(name).folded));
  const byField = new Map<string, string | undefined>();
  return {
    columns,
    byName: columns.flatMap((column) => {
      const { key } = known(column);
      return key ? [{ column, key }] : [];
    }),
    byMap: [...aliases].flatMap(([parameter, name]) => {
      const key = parameterNamed(parameter);
      const column = columnNamed(name);
      return key && column !== undefined ? [{ column, key, name }] : [];
    }),
    columnNamed,
    columnOfField: (field) => {
      if (!byField.has(field)) byField.set(field, columnNamed(aliases.get(foldName(field)) ?? field));
      return byField.get(field);
    },
  };
}

const foldedNames = new Map<string, { readonly folded: string; readonly key: ParameterKey | undefined }>();

/** Names repeat from row to row, so each is folded once; events may bring any names, so the memory is bounded. */
function known(name: string): { readonly folded: string; readonly key: ParameterKey | undefined } {
  let entry = foldedNames.get(name);
  if (!entry) {
    if (foldedNames.size > 10_000) foldedNames.clear();
    entry = { folded: foldName(name), key: parameterNamed(name) };
    foldedNames.set(name, entry);
  }
  return entry;
}

/** Where a row's value of a parameter comes from: the column as its reader calls it, or the flag. */
export function sourceOf(parameter: ParameterKey, { cells }: Row, { byName, byMap }: Layout): string {
  const mapped = byMap.findLast(({ key, column }) => key === parameter && cells[column] !== undefined);
  if (mapped) return mapped.name;
  const named = byName.find(({ key, column }) => key === parameter && (cells[column]?.length ?? 0) > 0);
  return named?.column ?? (parameter === 'to' ? 'to' : flagName(parameter));
}
