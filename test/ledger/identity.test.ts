import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { applicationId } from '../../src/ledger/sqlite/identity.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/open.ts';
import { asNobody } from '../as-nobody.ts';
import { from, tempFolder, testContext } from '../context.ts';

const send = ['send', '--to', '+14155550101', '--from', from, '--body', 'Hi'];

/** A database that some other program has made, closed as it would be. */
function otherDatabase(...sql: readonly string[]): string {
  const path = join(tempFolder(), 'other.db');
  const other = new DatabaseSync(path);
  for (const each of sql) other.exec(each);
  other.close();
  return path;
}

/** All there is to see of a file from outside. */
function lookAt(path: string) {
  const { mtimeMs, mode, size } = statSync(path);
  const bytes = statSync(path).isFile() ? readFileSync(path) : undefined;
  return { bytes, mtimeMs, mode, size, beside: readdirSync(dirname(path)) };
}

describe('a file that is no ledger', () => {
  it.each<[string, () => string, RegExp]>([
    ['another program’s database', () => otherDatabase('create table places (url)'), /of another program/],
    [
      'one in WAL mode',
      () => otherDatabase('pragma journal_mode = wal', 'create table places (url)'),
      /of another program/,
    ],
    [
      'one whose table has a name like ours',
      () => otherDatabase('create table messages (id, body)', 'create table campaigns (id)', 'pragma user_version = 4'),
      /of another program/,
    ],
    [
      'an empty one of a program that says who it is',
      () => otherDatabase('pragma application_id = 252006673'),
      /of another program/,
    ],
    ['an empty one with a version of its own', () => otherDatabase('pragma user_version = 7'), /of another program/],
    [
      'a text',
      () => {
        const path = join(tempFolder(), 'notes.txt');
        writeFileSync(path, 'remember the milk');
        return path;
      },
      /no database/,
    ],
    [
      'a folder',
      () => {
        const path = join(tempFolder(), 'folder');
        mkdirSync(path);
        return path;
      },
      /is a folder/,
    ],
  ])('%s is refused, and stays as it was', async (_, make, reason) => {
    const path = make();
    const before = lookAt(path);
    const { context, stderr, sent } = testContext();
    expect(await main([...send, '--ledger', path], context)).toBe(2);
    expect(stderr[0]).toMatch(reason);
    expect(stderr.join('\n')).not.toMatch(/bug/);
    expect(sent).toEqual([]);
    expect(lookAt(path)).toEqual(before);
  });

  it('is refused while its own program has it open, and nothing is added', () => {
    const path = join(tempFolder(), 'other.db');
    const other = new DatabaseSync(path);
    other.exec('pragma journal_mode = wal');
    other.exec('create table places (url)');
    const before = lookAt(path);
    expect(() => openSqliteLedger(path)).toThrow(/of another program/);
    expect(lookAt(path)).toEqual(before);
    other.close();
  });

  it('is a device, too', () => {
    const path = join(tempFolder(), 'ledger.db');
    symlinkSync('/dev/null', path);
    expect(() => openSqliteLedger(path)).toThrow(/is no file/);
  });

  it('is one that may not be read', async () => {
    const folder = tempFolder();
    const path = join(folder, 'ledger.db');
    await openSqliteLedger(path).close();
    chmodSync(folder, 0o755);
    chmodSync(path, 0);
    await asNobody(() => expect(() => openSqliteLedger(path)).toThrow(/you have no permission/));
  });
});

describe('a ledger', () => {
  const idOf = (path: string) => readFileSync(path).readUInt32BE(68);

  it('says in its first bytes that it is one, from its first moment on', () => {
    const path = join(tempFolder(), 'ledger.db');
    // Not closed: as a process leaves it that is killed.
    openDatabase(path);
    expect(idOf(path)).toBe(applicationId);
  });

  it('may begin as an empty file', async () => {
    const path = join(tempFolder(), 'ledger.db');
    writeFileSync(path, '');
    await openSqliteLedger(path).close();
    expect(idOf(path)).toBe(applicationId);
  });

  it('from before there was an id is taken, and gets one', async () => {
    const path = join(tempFolder(), 'ledger.db');
    await openSqliteLedger(path).close();
    const old = new DatabaseSync(path);
    old.exec('pragma application_id = 0');
    old.exec('pragma wal_checkpoint(truncate)');
    old.close();
    expect(idOf(path)).toBe(0);
    const ledger = openSqliteLedger(path);
    expect(await ledger.campaigns(1)).toEqual([]);
    await ledger.close();
    openDatabase(path).exec('pragma wal_checkpoint(truncate)');
    expect(idOf(path)).toBe(applicationId);
  });

  it('from before there was an id is taken also where a crash has left all of it in the write-ahead log', async () => {
    const path = join(tempFolder(), 'ledger.db');
    const old = new DatabaseSync(path);
    old.exec('pragma journal_mode = wal');
    const { start } = await import('../../src/ledger/sqlite/migrations/001-start.ts');
    old.exec(start);
    old.exec('pragma user_version = 1');
    const crashed = tempFolder();
    cpSync(dirname(path), crashed, { recursive: true });
    old.close();
    const left = join(crashed, basename(path));
    expect(idOf(left)).toBe(0);
    const ledger = openSqliteLedger(left);
    expect(await ledger.campaigns(1)).toEqual([]);
    await ledger.close();
  });
});
