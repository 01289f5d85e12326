import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { networkFileSystem } from '../../src/ledger/sqlite/file-system.ts';
import { migrate } from '../../src/ledger/sqlite/migrations/migrate.ts';
import { from, recipients, tempFolder } from '../context.ts';
import { simulated } from '../e2e/volley.ts';
import { needs } from '../needs.ts';

const batch = [
  'batch',
  'list.csv',
  '--from',
  from,
  '--body',
  'Hi',
  '--campaign',
  'c',
  '--yes',
  '--json',
  '--settle',
  '600ms',
];

describe.concurrent('a disk that is full', () => {
  /** A disk of its own for the ledger; needs the right to mount. */
  const mountSmallDisk = ({ onTestFinished }: TestContext, folder: string, kilobytes: number): boolean => {
    mkdirSync(folder);
    const isMounted =
      spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'volley-test', folder]).status === 0;
    if (isMounted) onTestFinished(() => void spawnSync('umount', ['-l', folder]));
    return isMounted;
  };

  it('stops the run with what to do, and nothing is lost once there is room', async (test) => {
    const { runHere, folder, simulator } = await simulated();
    test.onTestFinished(simulator.close);
    const disk = join(folder, 'disk');
    needs('mount', test);
    test.skip(!mountSmallDisk(test, disk, 1000), 'the right to mount a disk is missing');
    writeFileSync(join(folder, 'list.csv'), recipients(2000));
    const ledger = ['--ledger', join(disk, 'ledger.db')];
    // The plan fits, and then the write-ahead log of the run does not.
    const first = await runHere(...batch, ...ledger);
    expect([first.code, first.stderr]).toEqual([8, expect.stringMatching(/no room left.*Make room, then resume/)]);
    spawnSync('mount', ['-o', 'remount,size=20000k', disk]);
    const second = await runHere(...batch, ...ledger, '--on-unknown', 'resend');
    expect([second.code, JSON.parse(second.stdout).counts.accepted]).toEqual([0, 2000]);
    const sent = simulator.truth().map(({ to }) => to);
    expect([sent.length, new Set(sent).size]).toEqual([2000, 2000]);
  });

  it('is told apart from a bug', () => {
    const database = openDatabase(join(tempFolder(), 'ledger.db'));
    database.exec('create table t (a); pragma max_page_count = 3');
    expect(() => database.exec('insert into t values (randomblob(100000))')).toThrow(/has no room left on its disk/);
  });
});

describe.concurrent('a ledger that is damaged', () => {
  it('is said to be, with what to do, and nothing is sent', async (test) => {
    const { runHere, folder, ledger, simulator } = await simulated();
    test.onTestFinished(simulator.close);
    writeFileSync(join(folder, 'list.csv'), recipients(2000));
    expect((await runHere(...batch)).code).toBe(0);
    const before = simulator.truth().length;
    const database = openDatabase(ledger);
    database.exec('pragma wal_checkpoint(truncate)');
    database.close();
    const file = openSync(ledger, 'r+');
    for (let at = 4096; at < statSync(ledger).size; at += 4096) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at);
    closeSync(file);
    const { code, stderr } = await runHere(...batch);
    expect([code, stderr]).toEqual([8, expect.stringMatching(/is damaged.*backup/)]);
    expect(simulator.truth().length).toBe(before);
  });
});

describe('a ledger that is locked for long', () => {
  it('is said to be', () => {
    const path = join(tempFolder(), 'ledger.db');
    const [one, other] = [openDatabase(path), openDatabase(path)];
    other.exec('pragma busy_timeout = 50');
    one.exec('begin immediate');
    expect(() => other.transaction(() => undefined)).toThrow(/is locked by another process/);
  });
});

describe('a ledger of an earlier version', () => {
  it('is migrated after a copy was made', () => {
    const path = join(tempFolder(), 'ledger.db');
    const database = openDatabase(path);
    const first = 'create table people (name text);';
    migrate(database, path, [first]);
    expect(existsSync(`${path}.v0.bak`)).toBe(false);
    database.exec("insert into people values ('Ada')");
    migrate(database, path, [first, 'alter table people rename to recipients;']);
    expect(database.prepare<{ name: string }>('select name from recipients').get()).toEqual({ name: 'Ada' });
    expect(openDatabase(`${path}.v1.bak`).prepare<{ name: string }>('select name from people').get()).toEqual({
      name: 'Ada',
    });
    expect(statSync(`${path}.v1.bak`).mode & 0o777).toBe(0o600);
  });

  it('stays as it was when a migration fails', () => {
    const path = join(tempFolder(), 'ledger.db');
    const database = openDatabase(path);
    migrate(database, path, ['create table people (name text);']);
    expect(() => migrate(database, path, ['', 'create table a (b); create nonsense;'])).toThrow(/syntax error/);
    expect(database.prepare<{ n: number }>("select count(*) as n from sqlite_master where name = 'a'").get()?.n).toBe(
      0,
    );
  });
});

it.each([
  [0x6969, 'NFS'],
  [0xff534d42 | 0, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x1021997, '9p'],
  [0xef53, undefined],
  [0x01021994, undefined],
])('a file system of type %i is %s', (type, name) => expect(networkFileSystem(type)).toBe(name));
