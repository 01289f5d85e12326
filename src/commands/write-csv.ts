import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Context } from '../context.ts';

/** Writes rows to a CSV file that only this user can read, or with `-` to standard output. */
export async function writeCsv(
  file: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly string[]>,
  { out }: Context,
): Promise<void> {
  const { stringify } = await import('csv-stringify/sync');
  if (file === '-') {
    out(stringify([columns]).trimEnd());
    for await (const row of rows) out(stringify([row]).trimEnd());
    return;
  }
  const target = createWriteStream(file, { mode: 0o600 });
  target.write(stringify([columns]));
  for await (const row of rows) {
    if (!target.write(stringify([row]))) await once(target, 'drain');
  }
  target.end();
  await finished(target);
}
