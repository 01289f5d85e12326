import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpPoster } from '../src/callbacks/poster.ts';
import { probe } from '../src/callbacks/probe.ts';
import type { Ask } from '../src/cli/ask/ask.ts';
import type { Context } from '../src/context.ts';
import { isLedgerUrl } from '../src/core/ledger-address.ts';
import { openPostgresLedger } from '../src/ledger/postgres/open.ts';
import { openPostgresTables } from '../src/ledger/postgres/tables.ts';
import { openSqliteLedger } from '../src/ledger/sqlite/open.ts';
import { openSqliteTables } from '../src/ledger/sqlite/tables.ts';
import type { TwilioOptions } from '../src/provider/twilio/twilio.ts';
import { webhookReader, webhookWriter } from '../src/provider/twilio/webhook.ts';
import { openPostgresQueue } from '../src/queue/pg-boss.ts';
import { startSimulator } from '../src/simulator/simulator.ts';
import { person } from './person.ts';
import { type Script, scriptedProvider } from './scripted-provider.ts';
import { virtualClock } from './virtual-clock.ts';

/** Credentials that look right and open nothing. */
export const testEnv = {
  TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'canary-4f1d0c',
};

/** No recipient of the tests. */
export const from = '+14155600199';

/** A folder of its own for one test. */
export function tempFolder(): string {
  return mkdtempSync(join(tmpdir(), 'volley-test-'));
}

/** Another outcome than acceptance, where a test wants one. */
export interface World {
  readonly script?: Script;
  readonly env?: Readonly<Record<string, string>>;
  readonly canAsk?: boolean;
  readonly answer?: boolean;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly ask?: Ask;
  /** False: a server without one. */
  readonly hasKeyring?: boolean;
  /** What the editor does with a file. */
  readonly edit?: (file: string) => boolean;
  /** What is pressed, when the test says so. */
  readonly keys?: (signal: AbortSignal) => AsyncIterable<string>;
}

/** A whole world for one test: a temp folder, a real ledger, a clock that jumps instead of sleeping, no network. */
export function testContext({
  script,
  env = {},
  canAsk = false,
  answer = true,
  stdin = '',
  signal,
  ask = person().ask,
  hasKeyring = true,
  edit = () => false,
  keys = async function* () {},
}: World = {}) {
  const folder = tempFolder();
  const clock = virtualClock(Date.parse('2026-11-23T10:00:00Z'));
  const secrets = new Map<string, string>();
  const stdout: string[] = [];
  const stderr: string[] = [];
  const asked: string[] = [];
  const connections: TwilioOptions[] = [];
  const provider = scriptedProvider(script);
  const now = () => clock.now;
  const context: Context = {
    out: (line) => void stdout.push(line),
    page: async (lines) => void stdout.push(...lines),
    err: (line) => void stderr.push(line),
    status: () => undefined,
    log: () => undefined,
    terminal: { canAsk, stdoutIsTty: false, stderrIsTty: false, columns: 80 },
    stdin: (async function* () {
      yield Buffer.from(stdin);
    })(),
    env: { HOME: folder, ...testEnv, ...env },
    cwd: folder,
    signal: signal ?? new AbortController().signal,
    now,
    monotonic: () => clock.monotonic,
    random: () => 0.5,
    sleep: clock.sleep,
    confirm: async (question) => {
      asked.push(question);
      return answer;
    },
    ask,
    edit: async (path) => edit(path),
    keys,
    keyring: {
      get: async (name) => secrets.get(name),
      set: async (name, secret) => hasKeyring && secrets.set(name, secret).has(name),
      remove: async (name) => secrets.delete(name),
    },
    openLedger: async (ledger) => (isLedgerUrl(ledger) ? openPostgresLedger(ledger) : openSqliteLedger(ledger, now)),
    openQueue: openPostgresQueue,
    runCommand: async () => {
      throw new Error('this test runs no other command');
    },
    openLedgerTables: async (ledger) =>
      isLedgerUrl(ledger) ? openPostgresTables(ledger) : openSqliteTables(ledger, now),
    connect: async (options) => {
      connections.push(options);
      return provider;
    },
    callbackReader: async (authTokens) => webhookReader(authTokens),
    callbackWriter: async (authToken) => webhookWriter(authToken),
    poster: async (url) => httpPoster(url),
    probe,
    simulate: startSimulator,
  };
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const ledgerPath = join(folder, '.local', 'share', 'volley', 'ledger.db');
  return {
    context,
    folder,
    file,
    ledgerPath,
    clock,
    stdout,
    stderr,
    asked,
    connections,
    sent: provider.sent,
    secrets,
  };
}

/** A CSV of `count` recipients with a name each. */
export function recipients(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `+1415555${String(i).padStart(4, '0')},Ada ${i}`);
  return `to,name\n${rows.join('\n')}\n`;
}
