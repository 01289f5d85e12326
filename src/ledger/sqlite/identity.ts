import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { CliError, fileError } from '../../errors.ts';

/** What the header of a ledger's file holds, "voly" in ASCII: https://www.sqlite.org/pragma.html#pragma_application_id. */
export const applicationId = 0x766f6c79;

/**
 * Throws a `CliError` when a file is there that is no ledger, or may not be used. Writes nothing, and leaves nothing
 * beside it: a database of another program would be changed by merely being opened as ours.
 */
export function refuseForeign(path: string): void {
  const reason = foreignReason(path);
  if (reason === undefined) return;
  throw new CliError('config', `Cannot open the ledger ${path}: ${reason}.`, {
    hint: 'Nothing was written into it. Name another file with --ledger.',
  });
}

function foreignReason(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isFile()) return stats.isDirectory() ? 'it is a folder' : 'it is no file';
    accessSync(path, constants.R_OK | constants.W_OK);
    return strangerReason(path, stats.size);
  } catch (error) {
    const hint = 'Check its permissions, or name another one with --ledger.';
    throw fileError(error, { doing: 'open', path: `the ledger ${path}`, hint }) ?? error;
  }
}

/** Where things are in a SQLite file's header: https://www.sqlite.org/fileformat.html#the_database_header. */
const headerBytes = 100;
const magic = 'SQLite format 3\0';
const userVersionAt = 60;
const applicationIdAt = 68;

function strangerReason(path: string, size: number): string | undefined {
  // An empty file is how SQLite itself begins.
  if (size === 0) return undefined;
  const header = headerOf(path);
  if (header.toString('latin1', 0, magic.length) !== magic) return 'it is no database';
  const id = header.readUInt32BE(applicationIdAt);
  if (id === applicationId) return undefined;
  const ofOthers = 'it is the database of another program';
  if (id !== 0) return ofOthers;
  try {
    return isNamelessLedger(path, header.readUInt32BE(userVersionAt)) ? undefined : ofOthers;
  } catch (error) {
    return `it cannot be read (${(error as Error).message})`;
  }
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, headerBytes, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

/** Columns that the first schema had already: ledgers from before they had an id are known by them. */
const ownColumns = ['id', 'campaign_id', 'recipient', 'sender', 'request', 'state', 'owner', 'claimed_at', 'sid'];

/** True for a ledger that has no id yet, and for a database with nothing in it. */
function isNamelessLedger(path: string, version: number): boolean {
  const found = schemaOf(path);
  if (found.length > 0) return isOwn(found);
  if (existsSync(`${path}-wal`)) return isLedgerInWal(path);
  return version === 0;
}

const isOwn = (columns: readonly string[]): boolean => ownColumns.every((name) => columns.includes(name));

/** Looks into a copy: reading what is only in a write-ahead log makes files beside it. */
function isLedgerInWal(path: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'volley-'));
  try {
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    const found = schemaOf(copy, false);
    return found.length === 0 || isOwn(found);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The columns of the table of messages; for a database with other tables only, one that no ledger has; else none. */
function schemaOf(path: string, isUntouched = true): string[] {
  const url = pathToFileURL(path).href;
  // Immutable: takes no lock, and makes no file beside it.
  const connection = new DatabaseSync(isUntouched ? `${url}?immutable=1` : url, { readOnly: true });
  try {
    const columns = connection.prepare("select name from pragma_table_info('messages')").all() as { name: string }[];
    if (columns.length > 0) return columns.map(({ name }) => name);
    const other = connection.prepare("select 'other tables' as name from sqlite_master limit 1").all();
    return (other as { name: string }[]).map(({ name }) => name);
  } finally {
    connection.close();
  }
}
