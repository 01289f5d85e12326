import type { PriceTable } from '../core/cost/pricing.ts';
import { defaultLimits, type Limits, maxValidityPeriodSeconds } from '../core/request/limits.ts';
import { type ParameterKey, parameterNamed } from '../core/request/parameters.ts';
import type { RawRequest } from '../core/request/validate.ts';
import { CliError } from '../errors.ts';
import { isTable } from './layers.ts';
import { settings } from './settings.ts';

/** A table of one of the places that settings come from, the strongest first in a list of them. */
type Section<Name extends string> = { readonly origin: string } & {
  readonly [K in Name]: Readonly<Record<string, unknown>>;
};

/** Those of all layers, of a sender the strongest. Throws a `CliError` for one that is no rate. */
export function ratesOf(layers: readonly Section<'rates'>[]): Readonly<Record<string, number>> {
  const rates: Record<string, number> = {};
  for (const layer of layers.toReversed()) {
    for (const [sender, given] of Object.entries(layer.rates)) {
      const parsed = settings.rate.parse(given);
      if ('problem' in parsed) {
        throw new CliError('config', `rates."${sender}" ${parsed.problem} (${layer.origin}).`, {
          hint: 'Messages a second: "+14155550199" = 1',
        });
      }
      rates[sender] = parsed.value;
    }
  }
  return rates;
}

/** What a segment costs, by the strongest layer that says so. Throws a `CliError` for what is no price. */
export function pricesOf(layers: readonly Section<'prices'>[]): PriceTable | undefined {
  const layer = layers.find(({ prices }) => Object.keys(prices).length > 0);
  if (!layer) return undefined;
  const { currency, ...rest } = layer.prices;
  const wrong = (problem: string) => new CliError('config', `prices${problem} (${layer.origin}).`);
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) throw wrong('.currency must be like USD');
  const prices = Object.entries(rest).map(([name, price]): [string, number] => {
    if (!/^([A-Z]{2}|mms|whatsapp|rcs|messenger|default)$/.test(name)) {
      throw wrong(`.${name} is no country like US, no channel, not "mms" and not "default"`);
    }
    if (typeof price !== 'number' || !(price >= 0)) throw wrong(`.${name} must be a price`);
    return [name, price];
  });
  return { currency, prices: Object.fromEntries(prices) };
}

/** What Twilio's limits are raised or lowered to. Throws a `CliError` for what is none. */
export function limitsOf(layers: readonly Section<'limits'>[]): Limits {
  const layer = layers.find(({ limits }) => limits['validity_period'] !== undefined);
  if (!layer) return defaultLimits;
  const seconds = layer.limits['validity_period'];
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 1 || seconds > maxValidityPeriodSeconds) {
    throw new CliError(
      'config',
      `limits.validity_period (${layer.origin}) must be 1 to ${maxValidityPeriodSeconds} seconds.`,
    );
  }
  return { ...defaultLimits, validityPeriodSeconds: seconds };
}

/** Texts by name, of each name the strongest. Throws a `CliError` for one that is none. */
export function templatesOf(layers: readonly Section<'templates'>[]): Readonly<Record<string, string>> {
  const entries = layers.toReversed().flatMap(({ origin, templates }) =>
    Object.entries(templates).map(([name, text]): [string, string] => {
      if (typeof text === 'string' && text.trim() !== '') return [name, text];
      throw new CliError('config', `templates.${name} (${origin}) must be text.`);
    }),
  );
  return Object.fromEntries(entries);
}

/** The message parameters' defaults, of each the strongest, and where it was set. Throws a `CliError` for what is no text. */
export function defaultsOf(layers: readonly Section<'defaults'>[]): {
  readonly defaults: RawRequest;
  readonly defaultOrigins: Readonly<Record<string, string>>;
} {
  const defaults: Partial<Record<ParameterKey, string | readonly string[]>> = {};
  const defaultOrigins: Record<string, string> = {};
  for (const layer of layers.toReversed()) {
    for (const [name, value] of Object.entries(layer.defaults)) {
      const key = parameterNamed(name);
      if (!key) continue;
      const given = key === 'contentVariables' ? [asJson(value)] : [value].flat();
      if (!given.every(isPlain)) throw new CliError('config', `[defaults] ${name} (${layer.origin}) must be text.`);
      const texts = given.map(String);
      defaults[key] = Array.isArray(value) ? texts : (texts[0] ?? '');
      defaultOrigins[key] = layer.origin;
    }
  }
  return { defaults, defaultOrigins };
}

/** What is text however it is written: 60 is "60". A date of TOML has its own text, too. */
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value instanceof Date;

/** Content variables that are written as a table as the JSON that they are sent as. */
const asJson = (value: unknown): unknown =>
  isTable(value) && Object.values(value).every(isPlain)
    ? JSON.stringify(Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)])))
    : value;
