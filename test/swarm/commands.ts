import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../src/cli/main.ts';
import type { Context } from '../../src/context.ts';
import type { DrawnCampaign, DrawnRow } from './draw.ts';
import type { Process } from './machine.ts';
import type { Run } from './schedule.ts';
import { place, type World, zone } from './world.ts';

/** Runs a campaign by what a person would type. Resolves to `exit N`. */
export async function runCommand(run: Run): Promise<string> {
  const { world, campaign, process, number, terms, signal, on } = run;
  const isWritten = Object.keys(world.counts(campaign.name)).length > 0;
  const verb =
    terms.settlesFirst && isWritten ? 'reconcile' : isWritten && on.chance(0.5) ? 'resume' : campaign.command;
  const argv = verb === campaign.command ? typed(campaign, number) : [verb, campaign.name];
  const stdin = events(campaign, number, process, signal);
  const lines: string[] = [];
  const err = (line: string) => void lines.push(line);
  const code = await main([...argv, ...flagsOf(run)], contextOf(world, run, { process, signal, stdin, err }));
  const counts = world.counts(campaign.name);
  if (!process.isDead()) {
    world.tell({
      kind: 'end',
      at: world.clock.monotonic,
      run: process.run,
      end: `exit ${code}`,
      counts,
      said: lines.join(' / '),
    });
  }
  return `exit ${code}`;
}

/** Recalls a campaign by the command, in a process of its own that nothing happens to. */
export async function recallByCommand(world: World, { name, terms }: DrawnCampaign): Promise<void> {
  const signal = new AbortController().signal;
  const process = world.machine.start('recall', true);
  await main(
    ['recall', name, '--quiet'],
    contextOf(world, { terms }, { process, signal, stdin: nothing(), err: ignore }),
  );
}

/** The part of the command line that says what is sent to whom. */
function typed(campaign: DrawnCampaign, number: number): string[] {
  const { name, command, undoMs, rows } = campaign;
  const undo = undoMs === undefined || number > 0 ? [] : ['--undo', `${undoMs}ms`];
  const [first] = rows;
  if (command === 'stream') return ['stream', '--campaign', name];
  if (command === 'batch') {
    const file = join(mkdtempSync(join(place, 'files-')), `${name}.csv`);
    writeFileSync(file, csv(rows));
    const hours = first?.quietHours === undefined ? [] : ['--quiet-hours', first.quietHours];
    return ['batch', file, '--campaign', name, '--yes', '--timezone-column', 'tz', ...hours, ...undo];
  }
  const { to = '', body = '', from, service, account } = first ?? {};
  const sender = from === undefined ? ['--messaging-service-sid', service ?? ''] : ['--from', from];
  const path = account === undefined ? [] : ['--account-sid', account];
  return ['send', '--campaign', name, '--to', to, '--body', body, ...sender, ...path, ...undo];
}

function flagsOf({ campaign, terms }: Run): string[] {
  const { retryForMs } = campaign;
  const given: Readonly<Record<string, string | number | undefined>> = {
    '--concurrency': terms.concurrency,
    '--rate': terms.perSecond,
    '--limit': terms.limit,
    '--settle': `${terms.resolveMs}ms`,
    '--timeout': `${terms.timeoutMs}ms`,
    '--retry-for': `${retryForMs}ms`,
    '--on-unknown': terms.onUnknown,
  };
  const flags = Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
  return [...flags, ...(terms.noBreaker ? ['--no-breaker'] : []), '--quiet'];
}

const columns = ['to', 'from', 'messaging_service_sid', 'account_sid', 'body'] as const;

function cellsOf({ to, from = '', service = '', account = '', body }: DrawnRow): string[] {
  return [to, from, service, account, body];
}

function csv(rows: readonly DrawnRow[]): string {
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rows.map((one) => [...cellsOf(one), zone].map(quote).join(','));
  return `${[...columns, 'tz'].join(',')}\n${lines.join('\n')}\n`;
}

/** The events of a stream; what came in an earlier run comes again at once, as from a queue without acknowledgement. */
async function* events(campaign: DrawnCampaign, number: number, process: Process, signal: AbortSignal) {
  if (campaign.command !== 'stream') return;
  let atMs = 0;
  for (const group of campaign.arrivals) {
    if (number === 0) await process.sleep(group.atMs - atMs, signal);
    if (signal.aborted) return;
    atMs = group.atMs;
    const lines = group.rows.map((one) => {
      const cells = columns.map((column, i) => [column, cellsOf(one)[i]] as const).filter(([, value]) => value !== '');
      return JSON.stringify({ id: one.row, ...Object.fromEntries(cells) });
    });
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

interface Surroundings {
  readonly process: Process;
  readonly signal: AbortSignal;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly err: (line: string) => void;
}

function contextOf(world: World, { terms }: Pick<Run, 'terms'>, about: Surroundings): Context {
  const { process, signal, stdin, err } = about;
  const ports = world.ports(process, terms);
  const refuse = async () => Promise.reject(new Error('nobody is there'));
  const context = {
    ...{ out: ignore, err, status: ignore, log: ignore, page: async () => undefined, stdin, signal },
    terminal: { canAsk: false, stdoutIsTty: false, stderrIsTty: false, columns: 80 },
    env: { HOME: place, TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x', ...callbackOf(world) },
    cwd: place,
    ...{ now: world.machine.wall, monotonic: world.machine.monotonic, sleep: process.sleep, random: () => 0.5 },
    ...{ confirm: async () => false, ask: refuse, keyring: noKeyring },
    ...{ openLedger: async () => stayingOpen(ports.ledger), connect: async () => ports.provider },
    ...{ callbackReader: refuse, poster: refuse, probe: refuse, simulate: refuse },
  };
  return context as unknown as Context;
}

function callbackOf({ callbackUrl }: World): Record<string, string> {
  return callbackUrl === undefined ? {} : { VOLLEY_CALLBACK_URL: callbackUrl };
}

const ignore = (): void => undefined;
const noKeyring = { get: async () => undefined, set: async () => false, remove: async () => false };

/** The ledger as a command gets it, which closes it; the world goes on with it. */
function stayingOpen<T extends object>(ledger: T): T {
  const close = async () => undefined;
  return new Proxy(ledger, { get: (object, name) => (name === 'close' ? close : Reflect.get(object, name)) });
}
