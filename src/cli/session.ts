import { planContext } from '../campaign/plan-context.ts';
import type { Ports } from '../campaign/ports.ts';
import { type Config, defaultLedger, loadConfig } from '../config/config.ts';
import { credentialsOf } from '../config/credentials.ts';
import type { Context } from '../context.ts';
import type { Credentials } from '../core/credentials.ts';
import { isLedgerUrl } from '../core/ledger-address.ts';
import type { PlanContext } from '../core/plan.ts';
import { isLoopback } from '../core/request/web-address.ts';
import { CliError, notShared } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Provider } from '../provider/provider.ts';
import type { Queue } from '../queue/queue.ts';
import type { Style } from '../ui/lines.ts';
import { paintFor } from '../ui/paint.ts';
import { readsJson, type SessionOptions } from './options/everywhere.ts';
import { rehearsalNote, type Server } from './rehearsal.ts';

type Simulator = Awaited<ReturnType<Context['simulate']>>;

/** What most commands work with, opened when first asked for and closed together. */
export interface Session {
  readonly config: Config;
  /** Where the ledger is: a file, or an address on a server. Throws a `CliError` for what is neither. */
  readonly ledgerPath: () => string;
  readonly ledger: () => Promise<Ledger>;
  readonly connect: () => Promise<Provider>;
  /** What workers share. Throws a `CliError` (`config`) for a ledger in a file, which one machine has for itself. */
  readonly queue: () => Promise<Queue>;
  /** How results are shown, on standard output. */
  readonly resultStyle: Style;
  /** How the work is shown, on standard error. */
  readonly workStyle: Style;
  /** A program reads the result: `printDocument` prints it, in place of lines for a person. */
  readonly isJson: boolean;
  /** Every item as a line of JSON, in place of the one document. */
  readonly isNdjson: boolean;
  /** What is printed of the JSON, as a jq expression. */
  readonly jq: string | undefined;
  readonly isVerbose: boolean;
  readonly isQuiet: boolean;
  readonly isSimulated: boolean;
  /** The server that is spoken to, once it is. */
  readonly server: () => Server;
  readonly canAsk: boolean;
  readonly close: () => Promise<void>;
}

type Close = () => void | Promise<void>;

/** Opens a session, runs `work` in it, and closes it whatever happens. */
export async function withSession<T>(
  options: SessionOptions,
  context: Context,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(options, context);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function openSession(options: SessionOptions, context: Context): Promise<Session> {
  const config = await loadConfig({ env: context.env, cwd: context.cwd, flags: options });
  const isSimulated = options.simulate;
  const toClose: Close[] = [];
  let ledger: Promise<Ledger> | undefined;
  let provider: Promise<Provider> | undefined;
  let queue: Promise<Queue> | undefined;
  let server: Server = { url: undefined, isSimulated };

  const open = async () => {
    const opened = await context.openLedger(ledgerPath(config, isSimulated));
    toClose.push(() => opened.close());
    return opened;
  };
  const openQueue = async () => {
    const address = ledgerPath(config, isSimulated);
    if (!isLedgerUrl(address)) {
      throw notShared();
    }
    const opened = await context.openQueue(address);
    toClose.push(() => opened.close());
    return opened;
  };
  const connect = async () => {
    const simulator = isSimulated ? await context.simulate({}) : undefined;
    if (simulator) toClose.push(() => simulator.close());
    server = { url: simulator?.url ?? serverUrl(config), isSimulated };
    const note = rehearsalNote(server);
    // A program reads it in the document.
    if (note !== undefined && !options.quiet && !readsJson(options)) context.err(note);
    const connected = await (simulator ? rehearse(simulator, config, context) : connectTwilio(context, config));
    toClose.push(() => connected.close());
    return connected;
  };
  return {
    config,
    ledgerPath: () => ledgerPath(config, isSimulated),
    ledger: () => (ledger ??= open()),
    connect: () => (provider ??= connect()),
    queue: () => (queue ??= openQueue()),
    ...stylesOf(options, context),
    isJson: readsJson(options),
    isNdjson: options.output === 'ndjson',
    jq: options.jq,
    isVerbose: options.verbose,
    isQuiet: options.quiet,
    isSimulated,
    server: () => server,
    canAsk: context.terminal.canAsk && options.input,
    close: async () => {
      for (const close of toClose.reverse()) await close();
    },
  };
}

function stylesOf(
  { color: flag = 'auto', showPii }: SessionOptions,
  { env, terminal }: Context,
): Pick<Session, 'resultStyle' | 'workStyle'> {
  const shared = { width: Math.min(100, terminal.columns), showPii };
  return {
    resultStyle: { ...shared, paint: paintFor({ flag, env, isTty: terminal.stdoutIsTty }) },
    workStyle: { ...shared, paint: paintFor({ flag, env, isTty: terminal.stderrIsTty }) },
  };
}

function ledgerPath(config: Config, isSimulated: boolean): string {
  const path = config.get('ledger');
  if (path === undefined) return defaultLedger(config.env, isSimulated);
  // A rehearsal's made-up SIDs among the real ones would make every later report a lie.
  if (isSimulated && config.origin('ledger') !== 'flag') return defaultLedger(config.env, true);
  if (/^\w+:\/\//.test(path) && !isLedgerUrl(path)) {
    throw new CliError('config', 'A ledger is a file, or a database on a PostgreSQL server.', {
      hint: 'Give --ledger PATH, or --ledger postgres://user:password@host/database.',
    });
  }
  return path;
}

function rehearse(simulator: Simulator, config: Config, context: Context): Promise<Provider> {
  const { url: baseUrl, accountSid, authToken } = simulator;
  return context.connect({
    credentials: { accountSid, user: accountSid, secret: authToken },
    baseUrl,
    timeoutMs: config.get('timeout') ?? 0,
  });
}

async function connectTwilio(context: Context, config: Config): Promise<Provider> {
  return connectWith(await credentialsOf(config, context), config, context);
}

/** A connection with other credentials than the configured ones. */
export function connectAs(credentials: Credentials, { config }: Session, context: Context): Promise<Provider> {
  return connectWith(credentials, config, context);
}

function connectWith(credentials: Credentials, config: Config, context: Context): Promise<Provider> {
  const baseUrl = serverUrl(config);
  if (context.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' && !isLoopback(new URL(baseUrl).hostname)) {
    throw new CliError('config', 'NODE_TLS_REJECT_UNAUTHORIZED=0 would send the credentials to anyone.', {
      hint: 'Unset it. A private authority goes into NODE_EXTRA_CA_CERTS.',
    });
  }
  // Prices, services and permissions are told in one place for all regions.
  const productUrl =
    config.get('api_url') === undefined ? (product: string) => `https://${product}.twilio.com` : undefined;
  return context.connect({ credentials, baseUrl, productUrl, timeoutMs: config.get('timeout') ?? 0 });
}

const serverUrl = (config: Config): string => config.get('api_url') ?? twilioUrl(config);

/** `api.dublin.ie1.twilio.com` and the like; https://www.twilio.com/docs/global-infrastructure. */
function twilioUrl(config: Config): string {
  const edge = config.get('edge');
  const region = config.get('region') ?? (edge && 'us1');
  return `https://${['api', edge, region, 'twilio', 'com'].filter((part) => part !== undefined).join('.')}`;
}

/** Whether texts stay in the ledger after they are sent. */
export function storesText({ storeBody }: { readonly storeBody: boolean }, { config }: Session): boolean {
  return storeBody && config.get('store_body') !== false;
}

/** What planning goes by in this session. Throws a `CliError` for a country that is none. */
export function planContextOf(
  { config }: Session,
  nowMs: number,
  { asciiPunctuation = false }: { readonly asciiPunctuation?: boolean } = {},
): Promise<PlanContext> {
  return planContext({
    country: config.get('country'),
    countryOrigin: config.origin('country'),
    limits: config.limits,
    nowMs,
    asciiPunctuation,
    maxSegments: config.get('max_segments'),
    quietHours: config.get('quiet_hours'),
  });
}

/** What use cases work with in this session. */
export async function portsOf(session: Session, context: Context): Promise<Ports> {
  const { now, monotonic, sleep, random, signal } = context;
  return { ledger: await session.ledger(), now, monotonic, sleep, random, signal };
}

/** The same with a connection to the provider, which needs credentials. */
export async function connectedPortsOf(
  session: Session,
  context: Context,
): Promise<Ports & { readonly provider: Provider }> {
  const provider = await session.connect();
  return { ...(await portsOf(session, context)), provider };
}
