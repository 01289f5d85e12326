import { foldName } from './parameters.ts';

/** What people call the columns they keep numbers, time zones and messages' SIDs in, the surest first. */
const habits = {
  to: [
    ...['to', 'phone', 'phonenumber', 'phoneno', 'mobile', 'mobilephone', 'mobilenumber', 'mobileno', 'cell'],
    ...['cellphone', 'cellnumber', 'number', 'msisdn', 'recipient', 'tel', 'telephone', 'telephonenumber', 'telno'],
    ...['telefon', 'telefonnummer', 'mobil', 'mobiltelefon', 'mobilnummer', 'handy', 'handynummer', 'rufnummer'],
  ],
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

/** How the names of columns end that hold numbers of one kind, as `Work Phone`. An order number is none. */
const endings = ['phone', 'phonenumber', 'mobile', 'mobilenumber', 'cell', 'telefon', 'telefonnummer', 'handynummer'];

/**
 * The columns that the recipients may be in where nobody looks before a message goes: only those that are called like
 * it, else those whose name ends so. Which one of several cannot be known.
 */
export function recipientColumns(columns: readonly string[]): readonly string[] {
  const named = columns.map((column) => ({ column, name: bareName(column) }));
  const exact = named.filter(({ name }) => (habits.to as readonly string[]).includes(name));
  const found = exact.length > 0 ? exact : named.filter(({ name }) => endings.some((end) => name.endsWith(end)));
  return found.map(({ column }) => column);
}

/** Letters only: `Phone 1`, `Phone #` and `Tel.` are numbers, too. */
const bareName = (column: string): string => foldName(column).replace(/\P{L}/gu, '');

/** The column that most likely fills a field: the same word, or one within the other. */
export function guessField(columns: readonly string[], field: string): string | undefined {
  const wanted = foldName(field);
  return (
    columns.find((column) => foldName(column) === wanted) ??
    columns.find((column) => foldName(column).includes(wanted) || wanted.includes(foldName(column)))
  );
}
