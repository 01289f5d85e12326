import type { PlanContext, QuietRule } from '../core/plan.ts';
import { countryFinder, type NormalizePhone, phoneNormalizer } from '../core/recipient/phone.ts';
import { parseQuietHours } from '../core/recipient/quiet-hours.ts';
import { defaultLimits, type Limits } from '../core/request/limits.ts';
import { CliError } from '../errors.ts';

/** What planning goes by beyond the rows. */
export interface PlanContextOptions {
  /** Country of numbers without + (ISO 3166). */
  readonly country?: string | undefined;
  /** Where that was set, for who has to put it right. */
  readonly countryOrigin?: string | undefined;
  /** Twilio's limits, where they are not the usual ones. */
  readonly limits?: Limits;
  /** Times like +2h count from here, in milliseconds since 1970. */
  readonly nowMs: number;
  /** Put plain punctuation in place of what GSM-7 does not have. */
  readonly asciiPunctuation?: boolean;
  /** A text of more segments is a wrong row. */
  readonly maxSegments?: number | undefined;
  /** When nobody is texted, by their own clock, as `21:00-08:00`. */
  readonly quietHours?: string | undefined;
}

/** Loads what planning goes by. Throws a `CliError` for a country that is none. */
export async function planContext(options: PlanContextOptions): Promise<PlanContext> {
  const { limits = defaultLimits, nowMs, asciiPunctuation = false, maxSegments, quietHours } = options;
  return {
    ...{ limits, nowMs, asciiPunctuation, maxSegments },
    normalizePhone: await normalizerFor(options),
    countryOf: await countryFinder(),
    quietHours: await quietRuleOf(quietHours),
  };
}

async function normalizerFor({ country, countryOrigin }: PlanContextOptions): Promise<NormalizePhone> {
  try {
    return await phoneNormalizer(country);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const where = countryOrigin === undefined ? '' : ` (${countryOrigin === 'flag' ? '--country' : countryOrigin})`;
    throw new CliError('usage', `There is no country ${country}${where}.`, { hint: 'Write it as US, GB or DE.' });
  }
}

/** The rule for quiet hours; time zones and calendars are loaded only when there are any. */
async function quietRuleOf(text: string | undefined): Promise<QuietRule | undefined> {
  const parsed = text === undefined ? undefined : parseQuietHours(text);
  if (!parsed || 'problem' in parsed) return undefined;
  const { openingAt, fitToQuietHours } = await import('../core/recipient/openings.ts');
  const { timeZonesOf } = await import('../core/recipient/time-zones.ts');
  return { hours: parsed.value, zonesOf: timeZonesOf, openingAt, fit: fitToQuietHours };
}
