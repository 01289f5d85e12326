import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it, type TestContext } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { loopbackTls } from '../loopback-tls.ts';
import { batch, quick, withList } from './campaign.ts';
import { installation } from './volley.ts';

describe.concurrent('a run that was frozen', () => {
  it('sends nothing more once another has taken over', async (test) => {
    const { start, volley, sent, expectNoDoubles, ledger } = await withList(test, 300, { latencyMs: 20 });
    const { child, ended } = start(...batch, ...quick, '--rate', '100');
    await test.expect.poll(() => sent().length).toBeGreaterThan(20);
    await freezeBetweenCommits(child, ledger);
    const taken = await volley('resume', 'night', '--json', '--settle', '600ms');
    expect(taken.counts['accepted']).toBe(sent().length);
    child.kill('SIGCONT');
    expect(await ended).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('another run has taken this campaign over'),
    });
    expectNoDoubles();
  });

  it('sends nothing on the connection that it was making meanwhile', { timeout: 30_000 }, async (test) => {
    const { simulator, env, folder, ledger, volley, sent } = await withList(test, 1);
    const door = await slowDoor(test, simulator.url);
    const { start } = installation({ ...env, VOLLEY_API_URL: door.url, NODE_TLS_REJECT_UNAUTHORIZED: '0' }, folder);
    const { child, ended } = start(...batch, '--yes', '--campaign', 'night', '--json');
    await door.knocked;
    await freezeBetweenCommits(child, ledger);
    const frozenAt = performance.now();
    const taken = await volley('resume', 'night', '--json', '--settle', '100ms', '--on-unknown', 'resend');
    expect(taken.counts).toMatchObject({ accepted: 1 });
    expect(sent()).toHaveLength(1);
    // Less than this is nothing that a busy machine could not take between a claim and its request.
    await delay(2100 - (performance.now() - frozenAt));
    door.open();
    child.kill('SIGCONT');
    expect(await ended).toMatchObject({ code: 7 });
    expect(sent()).toHaveLength(1);
  });
});

/** A way to a server over TLS on which nobody answers the first who comes until it is opened. */
async function slowDoor({ onTestFinished }: TestContext, url: string) {
  const waiting: Socket[] = [];
  const behind = createTlsServer(loopbackTls, (socket) => {
    const server = connect(Number(new URL(url).port), '127.0.0.1');
    for (const side of [socket, server]) side.on('error', () => undefined);
    socket.pipe(server).pipe(socket);
  });
  const door = createServer((socket) => void waiting.push(socket)).listen(0, '127.0.0.1');
  await once(door, 'listening');
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
    door.close();
  });
  return {
    url: `https://127.0.0.1:${(door.address() as AddressInfo).port}`,
    knocked: once(door, 'connection'),
    open: () => {
      for (const socket of waiting) behind.emit('connection', socket);
    },
  };
}

/** Stops a process while it holds no lock on its ledger, and makes it look as if it had stood still for long. */
async function freezeBetweenCommits(child: ChildProcess, ledger: string): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    const database = openDatabase(ledger);
    try {
      database.exec('pragma busy_timeout = 100');
      database.exec('update leases set expires_at = 0');
      return;
    } catch {
      child.kill('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      database.close();
    }
  }
}
