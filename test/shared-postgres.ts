import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Answers with the address of a fresh database. */
    databases: string;
  }
}

/**
 * One PostgreSQL for a run of the tests: it starts when a test first asks for a database, which it then has for
 * itself, and stops with the run. Tests are in processes of their own, so they ask by HTTP.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  let starting: Promise<PostgresServer> | undefined;
  let count = 0;
  const desk = createServer((_, response) => {
    starting ??= startPostgres();
    starting
      .then((server) => server.database(`test_${++count}`))
      .then(
        (url) => response.end(url),
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
