import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import { openPostgresQueue } from '../../src/queue/pg-boss.ts';
import { tempFolder, testContext } from '../context.ts';
import { loopbackTls, otherAuthority } from '../loopback-tls.ts';
import { databasePassword, type PostgresServer, startPostgres } from '../postgres-server.ts';

const folder = tempFolder();
const authority = join(folder, 'authority.pem');
const other = join(folder, 'other.pem');

/** A server of its own, with a certificate for 127.0.0.1 that nobody trusts by default. */
let server: PostgresServer;
let address: string;

beforeAll(async () => {
  writeFileSync(authority, loopbackTls.cert);
  writeFileSync(other, otherAuthority);
  server = await startPostgres({ tls: loopbackTls });
  address = await server.database('tls');
}, 60_000);

afterAll(() => server.stop());

/** What a command says of a ledger, and its exit code. */
async function volley(command: string, ledger: string) {
  const { context, stdout, stderr } = testContext();
  const code = await main([command, '--ledger', ledger], context);
  return { code, said: [...stdout, ...stderr].join('\n') };
}

describe('a server that asks for TLS', () => {
  it.each(['require', 'verify-ca', 'verify-full'])(
    'is used with sslmode=%s and its authority, by ledger and queue',
    async (mode) => {
      const secured = `${address}?sslmode=${mode}&sslrootcert=${authority}`;
      const ledger = await openPostgresLedger(secured);
      expect(await ledger.campaigns(1)).toEqual([]);
      await ledger.close();
      const queue = await openPostgresQueue(secured);
      expect(await queue.size()).toBe(0);
      await queue.close();
    },
  );

  it.each([
    ['an authority that nobody named', 'sslmode=require', /its certificate cannot be trusted.*\n.*sslrootcert/],
    ['an authority that nobody named', 'sslmode=verify-full', /its certificate cannot be trusted.*\n.*sslrootcert/],
    ['another authority', `sslmode=verify-full&sslrootcert=${other}`, /its certificate cannot be trusted/],
    ['another authority', `sslmode=require&sslrootcert=${other}`, /its certificate cannot be trusted/],
    ['an authority in no file', `sslmode=require&sslrootcert=${folder}/none.pem`, /none\.pem/],
  ])('is refused with %s (%s)', async (_, parameters, message) => {
    for (const command of ['campaigns', 'workers']) {
      const { code, said } = await volley(command, `${address}?${parameters}`);
      expect([code, said]).toEqual([2, expect.stringMatching(message)]);
      expect(said).not.toContain(databasePassword);
    }
  });

  it('is refused under a name that its certificate does not have', async () => {
    const named = `${address.replace('127.0.0.1', 'localhost')}?sslmode=require&sslrootcert=${authority}`;
    const { code, said } = await volley('campaigns', named);
    expect([code, said]).toEqual([2, expect.stringMatching(/its certificate is for another host/)]);
    expect(said).not.toContain(databasePassword);
  });
});
