import { foldName } from './parameters.ts';

/** What people call the columns they keep numbers, time zones and messages' SIDs in, the surest first. */
const habits = {
  to: ['to', 'phone', 'phonenumber', 'mobile', 'mobilephone', 'mobilenumber', 'cell', 'cellphone', 'number', 'msisdn'],
  timezone: ['timezone', 'tz'],
  sid: ['sid', 'messagesid'],
} as const;

/** Words that are in the names of such columns; there are too many SIDs of other things to go by a part. */
const partly = {
  to: ['phone', 'mobil', 'cell', 'telefon', 'handy', 'tel', 'number'],
  timezone: ['timezone'],
  sid: [],
} as const;

/** The column that most likely holds the recipient, the time zone or a message's SID; undefined when none looks like it. */
export function guessColumn(columns: readonly string[], what: keyof typeof habits): string | undefined {
  const byName = new Map(columns.map((column) => [foldName(column), column]));
  const exact = habits[what].find((name) => byName.has(name));
  if (exact !== undefined) return byName.get(exact);
  const folded = [...byName].map(([name, column]) => ({ name, column }));
  return partly[what].map((part) => folded.find(({ name }) => name.includes(part))).find((found) => found)?.column;
}

/** The column that most likely fills a field: the same word, or one within the other. */
export function guessField(columns: readonly string[], field: string): string | undefined {
  const wanted = foldName(field);
  return (
    columns.find((column) => foldName(column) === wanted) ??
    columns.find((column) => foldName(column).includes(wanted) || wanted.includes(foldName(column)))
  );
}
