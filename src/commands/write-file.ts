import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../context.ts';
import { CliError } from '../errors.ts';

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
  const lines = async function* () {
    yield stringify([columns]);
    for await (const row of rows) yield stringify([row]);
  };
  await writePrivate(file, lines());
}

/** Writes to a file that only this user can read. Throws a `CliError` when it can't. */
export async function writePrivate(file: string, pieces: AsyncIterable<string> | Iterable<Uint8Array>): Promise<void> {
  try {
    await pipeline(pieces, createWriteStream(file, { mode: 0o600 }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).path === undefined) throw cause;
    throw new CliError('usage', `Cannot write ${file}: ${(cause as Error).message}`, { cause });
  }
}
