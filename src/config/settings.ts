import { defaultRun } from '../core/defaults.ts';
import type { OnUnknown } from '../core/outcome/match-unknowns.ts';
import type { Parsed } from '../core/parsed.ts';
import { parseQuietHours } from '../core/recipient/quiet-hours.ts';
import { isLoopback, parseUrl, webAddressProblem } from '../core/request/web-address.ts';
import { sid } from '../core/sid.ts';

/** One setting of a config file; message parameters are not settings. */
export interface Setting<T> {
  readonly about: string;
  readonly env?: string;
  readonly isSecret?: true;
  readonly fallback?: T;
  readonly parse: (value: unknown) => Parsed<T>;
}

const text = (value: unknown): Parsed<string> =>
  typeof value === 'string' && value.trim() !== '' ? { value: value.trim() } : { problem: 'must be text' };

const matching =
  (pattern: RegExp, form: string) =>
  (value: unknown): Parsed<string> =>
    typeof value === 'string' && pattern.test(value.trim()) ? { value: value.trim() } : { problem: `must be ${form}` };

const apiUrl = (value: unknown): Parsed<string> => {
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (!url || url.username || url.search || url.hash) return { problem: 'must be a plain web address' };
  const wrong = webAddressProblem(String(value).trim());
  if (wrong) return wrong;
  const isAllowed = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return isAllowed
    ? { value: url.href.replace(/\/+$/, '') }
    : { problem: 'must be https: credentials never travel in the clear (http is for this machine only)' };
};

/** Twilio is given this address with our message id as its query, so it must have none of its own. */
const callbackUrl = (value: unknown): Parsed<string> => {
  const address = String(value).trim();
  if (/[?#]/.test(address)) return { problem: 'must be a web address without a query' };
  return webAddressProblem(address) ?? { value: address };
};

const between =
  (min: number, max: number, whole: boolean) =>
  (value: unknown): Parsed<number> => {
    const isNumber = typeof value === 'number' || /^(\d+\.?\d*|\.\d+)$/.test(String(value).trim());
    const number = isNumber ? Number(value) : Number.NaN;
    const isRight = number >= min && number <= max && (!whole || Number.isInteger(number));
    return isRight ? { value: number } : { problem: `must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}` };
  };

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10m`, `1.5h` in milliseconds; a bare number is seconds. */
export function parseDuration(value: unknown): Parsed<number> {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value).trim()) ?? [];
  return amount === undefined
    ? { problem: 'must be a time like 30s, 10m or 2h' }
    : { value: Number(amount) * (unitMs[unit] ?? 0) };
}

/** A parser of times within a range: `durationFrom('100ms', '10m')`. Its value is in milliseconds. */
export function durationFrom(min: string, max: string): (value: unknown) => Parsed<number> {
  const [least, most] = [min, max].map((limit) => msOf(limit));
  return (value) => {
    const parsed = parseDuration(value);
    if ('problem' in parsed || (parsed.value >= (least ?? 0) && parsed.value <= (most ?? 0))) return parsed;
    return { problem: `must be a time from ${min} to ${max}` };
  };
}

function msOf(limit: string): number {
  const parsed = parseDuration(limit);
  if ('problem' in parsed) throw new RangeError(`${limit} is no time`);
  return parsed.value;
}

const country = (value: unknown): Parsed<string> => {
  const code = String(value).toUpperCase();
  return /^[A-Z]{2}$/.test(code) ? { value: code } : { problem: 'must be a country code of two letters, as US' };
};

const locale = (value: unknown): Parsed<string> => {
  try {
    return { value: Intl.getCanonicalLocales(String(value))[0] ?? 'en-US' };
  } catch {
    return { problem: 'must be a language, as en-US or de-DE' };
  }
};

const quietHours = (value: unknown): Parsed<string> => {
  const parsed = parseQuietHours(String(value));
  return 'problem' in parsed ? parsed : { value: String(value) };
};

const sidOf = (prefix: string) => (value: unknown) => sid(prefix)(String(value).trim());

/** Every setting, by its name in a config file. Ranges and fallbacks are our choices; times are in milliseconds. */
export const settings = {
  account_sid: setting<string>({ about: 'Twilio account', env: 'TWILIO_ACCOUNT_SID', parse: sidOf('AC') }),
  auth_token: setting<string>({ about: 'its auth token', env: 'TWILIO_AUTH_TOKEN', isSecret: true, parse: text }),
  secondary_auth_token: setting<string>({
    about: 'the other token, while they are being changed; checks callbacks only',
    env: 'TWILIO_SECONDARY_AUTH_TOKEN',
    isSecret: true,
    parse: text,
  }),
  callback_url: setting<string>({
    about: 'public address of volley listen, which messages ask for callbacks at',
    env: 'VOLLEY_CALLBACK_URL',
    parse: callbackUrl,
  }),
  api_key: setting<string>({ about: 'API key, instead of the token', env: 'TWILIO_API_KEY', parse: sidOf('SK') }),
  api_secret: setting<string>({ about: 'its secret', env: 'TWILIO_API_SECRET', isSecret: true, parse: text }),
  keyring: setting<boolean>({
    about: 'true: the secret is in the keyring, where volley login put it',
    parse: (value) => (typeof value === 'boolean' ? { value } : { problem: 'must be true or false' }),
  }),
  credential_command: setting<string>({ about: 'prints the token or the API key’s secret', parse: text }),
  region: setting<string>({
    about: 'Twilio region, as ie1',
    env: 'TWILIO_REGION',
    parse: matching(/^[a-z0-9-]+$/, 'a region like ie1'),
  }),
  edge: setting<string>({
    about: 'Twilio edge, as dublin',
    env: 'TWILIO_EDGE',
    parse: matching(/^[a-z0-9-]+$/, 'an edge like dublin'),
  }),
  api_url: setting<string>({ about: 'another server', env: 'VOLLEY_API_URL', parse: apiUrl }),
  ledger: setting<string>({
    about: 'the ledger: a file, or postgres://user:password@host/database',
    env: 'VOLLEY_LEDGER',
    parse: text,
  }),
  country: setting<string>({ about: 'country of numbers without +', parse: country }),
  locale: setting<string>({
    about: 'how dates and amounts are written, as de-DE',
    fallback: 'en-US',
    parse: locale,
  }),
  quiet_hours: setting<string>({
    about: 'when nobody is texted, by their own clock',
    parse: quietHours,
  }),
  max_segments: setting<number>({
    about: 'a longer text is a wrong row',
    parse: between(1, 100, true),
  }),
  max_cost: setting<number>({ about: 'the most a campaign may cost', parse: between(0, 1e9, false) }),
  concurrency: setting<number>({
    about: 'requests at once',
    fallback: defaultRun.concurrency,
    parse: between(1, 1000, true),
  }),
  rate: setting<number>({ about: 'messages a second per sender', parse: between(0.01, 10_000, false) }),
  timeout: setting<number>({
    about: 'time for one request',
    fallback: defaultRun.timeoutMs,
    parse: durationFrom('100ms', '10m'),
  }),
  settle: setting<number>({
    about: 'how long an unknown outcome is looked for',
    fallback: defaultRun.resolveMs,
    parse: durationFrom('0s', '24h'),
  }),
  store_body: setting<boolean>({
    about: 'false: texts are kept in the ledger only until they are sent',
    fallback: true,
    parse: (value) => (typeof value === 'boolean' ? { value } : { problem: 'must be true or false' }),
  }),
  on_unknown: setting<OnUnknown>({
    about: 'what to do with what is not found',
    fallback: 'hold',
    parse: (value) => (value === 'hold' || value === 'resend' ? { value } : { problem: 'must be hold or resend' }),
  }),
  retry_for: setting<number>({
    about: 'how long to retry when Twilio takes nothing',
    parse: durationFrom('0s', '7d'),
  }),
} as const;

function setting<T>(description: Setting<T>): Setting<T> {
  return description;
}

/** The name of a setting. */
export type SettingKey = keyof typeof settings;

/** The type of each setting's value. Times are in milliseconds. */
export type Settings = { readonly [K in SettingKey]: (typeof settings)[K] extends Setting<infer T> ? T : never };
