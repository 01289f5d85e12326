import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../context.ts';
import { visible } from '../core/text/clean.ts';
import { fileError } from '../errors.ts';
import { printDocument } from './document.ts';
import type { Session } from './session.ts';

/** Writes rows to a CSV file that only this user can read, or with `-` to standard output. */
export async function writeCsv(
  file: string,
  columns: readonly string[],
  rows: AsyncIterable<readonly string[]>,
  { out, terminal }: Context,
): Promise<void> {
  const { stringify } = await import('csv-stringify/sync');
  if (file === '-') {
    const print = (row: readonly string[]) => {
      const line = stringify([row]).slice(0, -1);
      out(terminal.stdoutIsTty ? visible(line) : line);
    };
    print(columns);
    for await (const row of rows) print(row);
    return;
  }
  const lines = async function* () {
    yield stringify([columns]);
    for await (const row of rows) yield stringify([row]);
  };
  await writePrivate(file, lines());
}

/** Tells a program which files were written. */
export async function printFiles(
  files: readonly string[],
  { session, context }: { readonly session: Session; readonly context: Context },
): Promise<void> {
  const items = files.map((file) => ({ file, written: true }));
  await printDocument({ schema: 'volley.files/1' }, { session, context, hasChanged: true }, { as: 'files', items });
}

/**
 * Writes a file that only this user can read, whatever the permissions of an older one were. A failure leaves the
 * older one as it was. Throws a `CliError` when it can't.
 */
export async function writePrivate(file: string, pieces: AsyncIterable<string> | Iterable<Uint8Array>): Promise<void> {
  try {
    const found = await stat(file).catch(ifAbsent);
    if (found?.isDirectory()) throw folderError(file);
    // A device or a pipe is written to: renaming a file onto it would replace it.
    if (found && !found.isFile()) await pipeline(pieces, createWriteStream(file));
    else await writeAndRename(found ? await realpath(file) : file, pieces);
  } catch (cause) {
    throw fileError(cause, { doing: 'write', path: file }) ?? cause;
  }
}

async function writeAndRename(file: string, pieces: AsyncIterable<string> | Iterable<Uint8Array>): Promise<void> {
  const draft = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await pipeline(pieces, createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true }));
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw cause;
  }
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const folderError = (path: string): Error =>
  Object.assign(new Error('EISDIR'), { code: 'EISDIR', syscall: 'open', path });
