import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of a fresh database; at `/NAME`, of a copy of the database of that name. */
    databases: string;
  }
}

/**
 * One PostgreSQL for a run of the tests: it starts when a test first asks for a database, which it then has for
 * itself, and stops with the run. Tests are in processes of their own, so they ask by HTTP.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<Databases> | undefined;
  const desk = createServer(({ url = '/' }, response) => {
    starting ??= start();
    starting
      .then(({ make }) => make(url.slice(1) || 'template1'))
      .then(
        (address) => response.end(address),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
  });
  await new Promise<void>((resolve) => desk.listen(0, '127.0.0.1', resolve));
  project.provide('databases', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`);
  return async () => {
    desk.close();
    desk.closeAllConnections();
    await (await starting)?.stop();
  };
}

interface Databases {
  /** Makes a copy of a database that nobody uses, and tells its address. */
  readonly make: (template: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/**
 * What fifty databases on one server would pay for and no test needs: a visit to each every minute, and much memory
 * that is looked through when one is made.
 */
const settings = ['autovacuum=off', 'shared_buffers=16MB'];

async function start(): Promise<Databases> {
  const server = await startPostgres({ settings });
  const first = await server.database('first');
  const client = new pg.Client(first);
  await client.connect();
  let count = 0;
  return {
    make: async (template) => {
      const name = `test_${++count}`;
      await client.query(`create database ${name} template ${template} strategy file_copy`);
      return first.replace(/first$/, name);
    },
    stop: async () => {
      await client.end();
      await server.stop();
    },
  };
}
