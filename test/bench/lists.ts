import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { folder } from './processes.ts';

const countries = ['US', 'GB', 'DE', 'FR', 'ES', 'IN', 'BR', 'AU', 'PL', 'KE'] as const;
const starts = countries.map((country) => getExampleNumber(country, examples)!.number.slice(0, -6));

/** The mobile number of a recipient, of ten countries in turn; no number comes twice up to ten million. */
export function numberOf(recipient: number): string {
  // 7919 has no factor in common with a million.
  const digits = (Math.floor(recipient / starts.length) * 7919) % 1_000_000;
  return `${starts[recipient % starts.length]}${String(digits).padStart(6, '0')}`;
}

/** One of ten thousand senders. */
const senderOf = (recipient: number) => `+1416555${String(recipient % 10_000).padStart(4, '0')}`;

/** Writes lines to a file of this name, unless it is there; returns its path. */
async function write(name: string, header: string, count: number, line: (index: number) => string): Promise<string> {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  const stream = createWriteStream(file);
  stream.write(`${header}\n`);
  for (let index = 0; index < count; index++) {
    if (!stream.write(`${line(index)}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return file;
}

/** A list of so many recipients, from the one given on. */
export const listOf = (rows: number, first = 0): Promise<string> =>
  write(`${rows}-from-${first}.csv`, 'to,name', rows, (row) => `${numberOf(first + row)},Ada ${row}`);

/** The same, each row with its sender: one of ten thousand. */
export const listWithSenders = (rows: number): Promise<string> =>
  write(`${rows}-with-senders.csv`, 'to,name,from', rows, (row) => `${numberOf(row)},Ada ${row},${senderOf(row)}`);

/** Numbers alone, as a list of opt-outs has them. */
export const numbersOf = (rows: number, first: number): Promise<string> =>
  write(`${rows}-numbers-from-${first}.csv`, 'to', rows, (row) => numberOf(first + row));
