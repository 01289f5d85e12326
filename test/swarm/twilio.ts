import type { VirtualClock } from '../virtual-clock.ts';
import type { Dice } from './dice.ts';
import type { DrawnRow, Weather } from './draw.ts';
import type { Happening } from './history.ts';

/** What a request asks for, as far as this provider cares. */
export interface Asked {
  readonly to: string;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly accountSid?: string;
  readonly body?: string;
  readonly statusCallback?: string;
}

/** One exchange over the network: an answer, or how far it got without one. */
export type Wire =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
    }
  | { readonly kind: 'not-sent' | 'no-answer'; readonly reason: string };

/** A message as the provider lists it. */
export interface Listed {
  readonly sid: string;
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | null;
  readonly direction: string;
  readonly body: string;
  readonly status: string;
  /** By the provider's clock, in milliseconds since 1970, to a second. */
  readonly createdAt: number;
}

/** A Twilio in virtual time. Its truth is append-only. */
export interface FakeTwilio {
  /** Works a request off; `timeoutMs`: when the client has gone. */
  post(asked: Asked, request: number, timeoutMs: number): Promise<Wire>;
  /** Undefined when the list can't be had. */
  list(to: string, account: string | undefined): Promise<readonly Listed[] | undefined>;
  find(sid: string): Listed | undefined;
  /** Its clock, in milliseconds since 1970. */
  now(): number;
  /** From here on nothing goes wrong that goes wrong by chance. */
  clear(): void;
}

/** What a provider is made of. */
export interface ProviderOptions {
  readonly clock: VirtualClock;
  readonly startsAt: number;
  readonly weather: Weather;
  readonly on: Dice;
  readonly everybody: readonly DrawnRow[];
  readonly tell: (happening: Happening) => void;
  /** Posts a report to an address. */
  readonly report: (url: string, sid: string, row: string) => Promise<void>;
}

interface Kept {
  readonly listed: Listed;
  readonly account: string | undefined;
  readonly shownAt: number;
}

const retryAfters = [
  undefined,
  '1',
  '2',
  '5',
  'date',
  '0',
  '-1',
  '1.5',
  '3600',
  '9'.repeat(16),
  '9'.repeat(20),
  'soon',
];

/** Opens for business, with what other programs have sent already. */
export function fakeTwilio({ clock, startsAt, weather, on, everybody, tell, report }: ProviderOptions): FakeTwilio {
  const truth = new Map<string, Kept[]>();
  const bySid = new Map<string, Listed>();
  const forever = new AbortController().signal;
  const pass = (ms: number) => clock.sleep(ms, forever);
  const now = () => startsAt + clock.monotonic;
  let isClear = false;
  const happens = (share: number): boolean => !isClear && on.chance(share);

  const keep = ({ to, from, messagingServiceSid, accountSid, body = '' }: Asked, agoMs = 0): Kept => {
    const sid = `SM${(bySid.size + 1).toString(16).padStart(32, '0')}`;
    const isService = messagingServiceSid !== undefined;
    const listed: Listed = {
      ...{ sid, to, direction: 'outbound-api', status: 'queued' },
      from: from ?? (isService && on.chance(0.5) ? '+14159999999' : null),
      messagingServiceSid: messagingServiceSid ?? null,
      body: weather.rewrites ? rewritten(body, on) : body,
      createdAt: Math.floor((now() - agoMs) / 1000) * 1000,
    };
    const kept = { listed, account: accountSid, shownAt: clock.monotonic + on.roll() * weather.listLagMs };
    truth.set(to, [...(truth.get(to) ?? []), kept]);
    bySid.set(sid, listed);
    return kept;
  };
  const create = (asked: Asked, request: number): Wire => {
    const { listed, shownAt } = keep(asked);
    const { sid, to } = listed;
    tell({ kind: 'create', at: clock.monotonic, request, row: rowOf(asked.body), sid, to, shownAt });
    if (asked.statusCallback !== undefined && on.chance(weather.receipts)) {
      const [url, row] = [asked.statusCallback, rowOf(asked.body) ?? '?'];
      void pass(on.skewed(1, 60_000)).then(() => report(url, sid, row));
    }
    return answer(201, { sid, status: 'queued', num_segments: '0' });
  };
  const answer = (status: number, body: unknown, more: Record<string, string> = {}): Wire => {
    return { kind: 'answer', status, body, headers: { date: new Date(now()).toUTCString(), ...more } };
  };
  const refuse = (status: number, code: number) => answer(status, { code, message: `refused: ${code}` });
  const busy = (): Wire => {
    const after = on.pick(retryAfters);
    const text = after === 'date' ? new Date(now() + 3000).toUTCString() : after;
    return answer(429, { code: 20429, message: 'busy' }, text === undefined ? {} : { 'retry-after': text });
  };

  for (const row of everybody) {
    // Older than clocks are set by here: one that a wrong clock puts into our time nobody could tell from ours.
    if (weather.foreignTwin && on.chance(0.1)) keep(asAsked(row), on.skewed(7_500_000, 90_000_000));
    if (on.chance(weather.foreign * 0.3)) keep({ ...asAsked(row), body: 'Your login code is 9911' }, on.skewed(1, 9e6));
  }
  const [first] = everybody;

  return {
    now,
    post: async (asked, request, timeoutMs) => {
      await pass(on.roll() * weather.latencyMs);
      const isNight = weather.refusedFromMs !== undefined && clock.monotonic > weather.refusedFromMs;
      if (isNight && !isClear) return refuse(401, 20003);
      if (happens(weather.unreachable)) return { kind: 'not-sent', reason: 'ECONNREFUSED' };
      if (happens(weather.busy)) return busy();
      if (happens(weather.queueFull)) return refuse(429, 21611);
      const isBad = isOneOf(asked.to, weather.badNumber);
      if (weather.badSender && asked.from !== undefined && asked.from === first?.from) return refuse(400, 21606);
      if (isBad) return refuse(400, 21614);
      if (isOneOf(`${asked.to}!`, weather.stopped)) return refuse(400, 21610);
      if (happens(weather.foreign)) keep({ ...asked, body: 'Your login code is 9911' });
      if (happens(weather.errorBefore)) return answer(503, '<html>');
      if (happens(weather.resetBefore)) return pass(on.roll() * 1000).then(() => gone('ECONNRESET'));
      if (happens(weather.late)) {
        void pass(timeoutMs + on.roll() * 20_000).then(() => create(asked, request));
        return pass(timeoutMs).then(() => gone('ETIMEDOUT'));
      }
      const created = create(asked, request);
      await pass(on.roll() * weather.latencyMs);
      if (happens(weather.errorAfter)) return answer(500, { message: 'oops' });
      if (happens(weather.resetAfter)) return pass(on.chance(0.5) ? timeoutMs : 0).then(() => gone('ECONNRESET'));
      if (happens(weather.torn)) return gone('torn answer');
      return created;
    },
    list: async (to, account) => {
      await pass(on.roll() * weather.latencyMs);
      if (happens(weather.listFails)) return undefined;
      const shown = (truth.get(to) ?? []).filter((one) => one.account === account && one.shownAt <= clock.monotonic);
      return shown.map(({ listed }) => listed).reverse();
    },
    find: (sid) => bySid.get(sid),
    clear: () => {
      isClear = true;
    },
  };
}

const gone = (reason: string): Wire => ({ kind: 'no-answer', reason });

/** What a row's text begins with says which it is. */
export function rowOf(body = ''): string | undefined {
  return /^(c\d+-\d+)\b/.exec(body)?.[1];
}

/** The request that a row comes to. */
export function asAsked({ to, from, service, account, body }: DrawnRow): Asked {
  return {
    ...{ to, body },
    ...(from !== undefined && { from }),
    ...(service !== undefined && { messagingServiceSid: service }),
    ...(account !== undefined && { accountSid: account }),
  };
}

/** What the provider may do to a text. */
function rewritten(body: string, on: Dice): string {
  const changes = [
    (text: string) => text,
    (text: string) => `Sent from your Twilio trial account - ${text}`,
    (text: string) => text.replace(/[“”]/g, '"').replace(/’/g, "'").replace(/…/g, '...'),
    (text: string) => text.replace(/https:\S+/, 'https://twil.io/abc12'),
    (text: string) => text.trim(),
  ];
  return on.pick(changes)(body);
}

/** True for a share of all texts, always for the same ones. */
function isOneOf(text: string, share: number): boolean {
  let hash = 0;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return (Math.imul(hash, 0x9e3779b1) >>> 0) / 4_294_967_296 < share;
}
