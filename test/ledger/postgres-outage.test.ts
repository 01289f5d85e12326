import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonic, sleep } from '../../src/clock.ts';
import { runAccount } from '../../src/engine/run-account.ts';
import { runCampaign } from '../../src/engine/run-campaign.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { connect, type Place } from '../../src/ledger/postgres/connect.ts';
import { openPostgresLedger } from '../../src/ledger/postgres/open.ts';
import { raw, sql } from '../../src/ledger/postgres/sql.ts';
import type { Lease } from '../../src/ledger/runs.ts';
import { lease, row, take, write } from '../contracts/campaigns.ts';
import { type PostgresServer, startPostgres } from '../postgres-server.ts';
import { scriptedProvider } from '../scripted-provider.ts';

/** A server of its own: it goes away and comes back, and keeps what is not committed yet in its memory. */
let server: PostgresServer;
let databases = 0;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  server = await startPostgres({ settings: ['wal_writer_delay=10s'] });
}, 60_000);

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await server.stop();
});

/** A campaign that a run has taken, in a database of its own, and a second way in beside the ledger. */
async function world(count: number, through: (url: string) => Promise<string> = async (url) => url) {
  const url = await server.database(`outage_${++databases}`);
  const ledger = await openPostgresLedger(await through(url));
  const campaign = await write(
    ledger,
    'test',
    Array.from({ length: count }, (_, i) => row(i)),
  );
  const held = await lease(ledger, campaign.id);
  const beside = await connect(url);
  closing.push(
    () => ledger.close(),
    () => beside.database.close(),
  );
  return { url, ledger, campaign, held, beside };
}

/** How the rows stand, and how often each was claimed at most. */
async function standing({ database }: Place) {
  return database.read((connection) =>
    connection.all<{ state: string; n: number; attempts: number }>(
      sql`select state, count(*) as n, max(attempts) as attempts from messages where true = ${true} group by 1 order by 1`,
    ),
  );
}

describe('a server that goes away', () => {
  it('is waited for by a run, which sends each message once', async () => {
    const { ledger, campaign, held, beside } = await world(400);
    const provider = scriptedProvider();
    let restarted: Promise<void> | undefined;
    const end = await runCampaign(held, {
      ...{ ledger, provider, account: runAccount({ concurrency: 5 }), signal: new AbortController().signal },
      ...{ retry: { baseDelayMs: 500, maxDelayMs: 30_000 }, retryForMs: 600_000 },
      ...{ now: Date.now, monotonic, sleep, random: () => 0.5 },
      onResult: () => {
        if (provider.sent.length === 50) restarted = server.restart();
      },
    });
    await restarted;
    expect(end).toEqual({ kind: 'finished' });
    expect((await ledger.report(campaign.id)).counts).toMatchObject({ accepted: 400, claimed: 0, unknown: 0 });
    expect(new Set(provider.sent.map(({ to }) => to)).size).toBe(400);
    expect(provider.sent).toHaveLength(400);
    expect(await standing(beside)).toMatchObject([{ state: 'accepted', attempts: 1 }]);
  });

  it('is waited for by reads, and by a connection that was idle', async () => {
    const { ledger, campaign } = await world(3);
    await server.restart();
    expect((await ledger.report(campaign.id)).rows).toBe(3);
  });
});

describe('a COMMIT that gets no answer', () => {
  /** What must be true whatever became of the first try: what was brought is what is claimed, once. */
  const expectOnce = async (ledger: Ledger, held: Lease, beside: Place) => {
    const claims = await take(ledger, held, '12345', 5);
    expect(claims.map(({ line, attempt }) => [line, attempt])).toEqual([0, 1, 2, 3, 4].map((line) => [line, 1]));
    expect(await standing(beside)).toEqual([
      { state: 'claimed', n: 5, attempts: 1 },
      { state: 'pending', n: 15, attempts: 0 },
    ]);
    const results = claims.map(({ id, attempt }, i) => ({
      ...{ messageId: id, attempt },
      change: { state: 'accepted', sid: `SM${databases}${i}` } as const,
    }));
    await ledger.record(held, results);
    expect(await standing(beside)).toEqual([
      { state: 'accepted', n: 5, attempts: 1 },
      { state: 'pending', n: 15, attempts: 0 },
    ]);
  };

  it('was done when the session is ended in the middle of it', async () => {
    const { ledger, held, beside } = await world(20);
    const { database } = beside;
    const setting = (value: string) =>
      database.alone(async (connection) => {
        await connection.run(raw(`alter system set synchronous_standby_names = '${value}'`));
        await connection.run(raw('select pg_reload_conf()'));
      });
    // A commit that waits for a second server that there is not: done, and never answered.
    await setting('nobody');
    let ended = 0;
    const ending = setInterval(() => {
      void database
        .alone((connection) =>
          connection.run(
            raw(`select pg_terminate_backend(pid) from pg_stat_activity
            where wait_event = 'SyncRep' and datname = current_database()`),
          ),
        )
        .then((count) => {
          ended += count;
        });
    }, 50);
    closing.push(() => clearInterval(ending));
    // The server takes the setting in its own time: from the first commit that waits on, all do.
    for (let i = 0; ended === 0; i++) {
      await database.alone((connection) => connection.run(raw(`create table probe_${i} ()`))).catch(() => undefined);
    }
    ended = 0;
    await expectOnce(ledger, held, beside);
    clearInterval(ending);
    await setting('');
    await expect.poll(() => ended).toBeGreaterThanOrEqual(2);
  });

  it('was done when the line is cut behind it', async () => {
    const cut = lineCutter({ passesCommit: true });
    const { ledger, held, beside } = await world(20, cut.through);
    cut.arm();
    await expectOnce(ledger, held, beside);
    expect(cut.cuts()).toBe(1);
  });

  it('was not done when the line is cut before it, though the server has not noticed yet', async () => {
    const cut = lineCutter({ passesCommit: false });
    const { ledger, held, beside } = await world(20, cut.through);
    cut.arm();
    await expectOnce(ledger, held, beside);
    expect(cut.cuts()).toBe(1);
  });
});

describe('a server that crashes before it has written a COMMIT', () => {
  it('is not believed by the number of the transaction, which another one has got since', async () => {
    const cut = lineCutter({ passesCommit: false, onCut: () => server.crash() });
    const { ledger, held, beside } = await world(20, cut.through);
    cut.arm();
    const claiming = take(ledger, held, '12345', 5);
    await expect.poll(cut.cuts).toBe(1);
    // Others go on as soon as it is back, and get the numbers of those that nobody knows of any more.
    for (let i = 0; i < 20; i++) {
      await beside.database.transaction([], (connection) => connection.run(raw('select pg_current_xact_id()')));
    }
    cut.mend();
    const claims = await claiming;
    expect(claims.map(({ line, attempt }) => [line, attempt])).toEqual([0, 1, 2, 3, 4].map((line) => [line, 1]));
    expect(await standing(beside)).toEqual([
      { state: 'claimed', n: 5, attempts: 1 },
      { state: 'pending', n: 15, attempts: 0 },
    ]);
  }, 60_000);
});

interface Cut {
  readonly passesCommit: boolean;
  /** Done while the line is silent, before it is cut; no other line comes about until it is mended. */
  readonly onCut?: () => Promise<void>;
}

/** A line to the server that is cut, once it is armed, at the next COMMIT: behind it, or before it with the far end left open. */
function lineCutter({ passesCommit, onCut }: Cut) {
  let isArmed = false;
  let count = 0;
  let isDown = false;
  const sockets = new Set<Socket>();
  const carry = (near: Socket, port: number) => {
    if (isDown) return void near.destroy();
    const far = connectSocket(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (data) => {
      if (isArmed && data.includes('commit\0')) {
        isArmed = false;
        count++;
        if (passesCommit) far.write(data, () => near.destroy());
        else if (onCut) void silence(near, onCut);
        else near.destroy();
        far.removeAllListeners('data');
        far.resume();
        return;
      }
      far.write(data);
    });
    far.on('data', (data) => near.write(data));
    far.on('close', () => near.destroy());
    near.on('close', () => {
      if (passesCommit || count === 0) far.end();
    });
  };
  const silence = async (near: Socket, work: () => Promise<void>) => {
    isDown = true;
    await work();
    near.destroy();
  };
  return {
    arm: () => {
      isArmed = true;
    },
    mend: () => {
      isDown = false;
    },
    cuts: () => count,
    through: async (url: string): Promise<string> => {
      const proxy = createServer((near) => carry(near, server.port));
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      closing.push(() => {
        proxy.close();
        for (const socket of sockets) socket.destroy();
      });
      const address = new URL(url);
      address.port = String((proxy.address() as { port: number }).port);
      return address.href;
    },
  };
}
