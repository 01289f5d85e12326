import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { systemClock } from '../../src/campaign/ports.ts';
import { machines } from '../../src/cli/help/machines.ts';
import { type TwilioOptions, twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { world } from '../cli/volley.ts';
import { from, recipients } from '../context.ts';
import { needs } from '../needs.ts';
import { newDatabase } from '../new-database.ts';
import { databasePassword, startPostgres } from '../postgres-server.ts';

/** One Twilio, whichever ledger is asked. */
async function place() {
  // No message gets any further by itself.
  const simulator = await startSimulator({ statusDelayMs: 3_600_000 });
  const { url, accountSid, authToken } = simulator;
  const env = { VOLLEY_API_URL: url, TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken };
  const { context, folder, stdout, stderr, volley, batch } = world({ env });
  Object.assign(context, systemClock, { connect: async (options: TwilioOptions) => twilioProvider(options) });
  const send = (ledger: string, rows: number) =>
    batch(recipients(rows), '--campaign', 'spring', '--quiet', '--ledger', ledger);
  /** What `verify` says of a ledger, each SID as its letters only. */
  const verified = async (ledger: string) => {
    stdout.length = 0;
    const code = await volley('verify', 'spring', '--ledger', ledger);
    return { code, said: stdout.map((line) => line.replace(/^SM\w+/, 'SM')) };
  };
  return { simulator, folder, volley, send, verified, stderr };
}

const isWhole = { code: 0, said: ['3 messages compared, 0 differences.'] };

/** Two messages went out after the backup was made. */
const stranger = expect.stringMatching(/^SM {2}to \S+ {2}is at Twilio, and no campaign of this ledger knows it$/);
const hasGap = { code: 8, said: [stranger, stranger, '3 messages compared, 2 differences.'] };

describe.concurrent('a ledger that comes back from a backup', () => {
  it('which is a copy in a file: verify tells whether anything was sent after it was made', async () => {
    const { simulator, folder, volley, send, verified } = await place();
    const [lost, fresh, file] = [await newDatabase(), await newDatabase(), join(folder, 'backup.db')];
    expect(await send(lost, 3)).toBe(0);
    expect(await volley('ledger', 'copy', lost, file, '--quiet')).toBe(0);
    expect(await volley('ledger', 'copy', file, fresh, '--quiet')).toBe(0);
    expect(await verified(fresh)).toEqual(isWhole);
    expect(await send(lost, 5)).toBe(0);
    expect(await verified(fresh)).toEqual(hasGap);
    await simulator.close();
  }, 60_000);

  it('by the commands of volley help machines: it is verified, goes on, and tells of a gap', async (test) => {
    const server = await startPostgres({ native: serverOfDump(test) });
    const { simulator, folder, volley, send, verified } = await place();
    const ledger = await server.database('volley');
    const run = runner(folder, server.port);
    const ownLines = machines.split('\n').filter((line) => /^ {2}(pg_|createdb)/.test(line));
    const [dump = '', create = '', restore = ''] = ownLines;
    const comeBack = () => {
      for (const command of ['dropdb --force volley', create, restore]) expect(run(command)).toEqual([0, '']);
    };
    expect(await send(ledger, 3)).toBe(0);
    expect(await volley('workers', '--quiet', '--ledger', ledger)).toBe(0);
    expect(run(dump)).toEqual([0, '']);
    comeBack();
    expect(await verified(ledger)).toEqual(isWhole);
    const options = ['--from', from, '--body', 'Hi', '--campaign', 'spring', '--yes', '--quiet', '--enqueue'];
    const list = ['batch', join(folder, 'list.csv'), ...options, '--ledger', ledger];
    expect(await send(ledger, 4)).toBe(0);
    expect(await volley(...list)).toBe(0);
    expect(await send(ledger, 5)).toBe(0);
    expect(await volley('worker', '--drain', '--quiet', '--ledger', ledger)).toBe(0);
    expect(simulator.truth()).toHaveLength(5);
    comeBack();
    expect(await verified(ledger)).toEqual(hasGap);
    await simulator.close();
    await server.stop();
  }, 60_000);
});

/** A server of the version of pg_dump, which may be older than the one that npm brings: it dumps no newer one. */
function serverOfDump(test: TestContext): string {
  needs('pg_dump', test);
  const { stdout } = spawnSync('pg_dump', ['--version'], { encoding: 'utf8' });
  const native = `/usr/lib/postgresql/${/ (\d+)/.exec(stdout)?.[1]}`;
  test.skip(!existsSync(`${native}/bin/initdb`), 'there is no PostgreSQL server of the version of pg_dump');
  return native;
}

/** Runs a command line that reaches the server as its owner would: its exit code, and what it said. */
function runner(folder: string, port: number) {
  const server = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'volley', PGPASSWORD: databasePassword };
  return (command: string) => {
    const env = { ...server, PATH: process.env['PATH'] ?? '', LC_ALL: 'C' };
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, env, encoding: 'utf8' });
    return [status, stderr] as const;
  };
}
