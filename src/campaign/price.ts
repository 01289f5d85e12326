import type { Session } from '../cli/session.ts';
import type { Context } from '../context.ts';
import { type CountryPrices, listPrice, tablePrice } from '../core/cost/pricing.ts';
import type { Plan } from '../core/plan.ts';
import { formatCost, plural } from '../core/text/wording.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Destination, Staging, UnitPrice } from '../ledger/plans.ts';

/** How long Twilio's price list is believed before it is asked for again, in milliseconds. */
const freshMs = 7 * 86_400_000;

/**
 * Puts a price on a plan: from `[prices]` in the config, else from Twilio's list as the ledger remembers it.
 * With `mayAsk` what it does not remember, or not for a week, is asked for. Returns how old the oldest price is.
 */
export async function pricePlan(
  staging: Staging,
  mayAsk: boolean,
  session: Session,
  context: Context,
): Promise<{ readonly ageMs: number } | undefined> {
  const destinations = await staging.destinations();
  const table = session.config.prices;
  if (table) {
    const priced = withPrice(destinations, (destination) => tablePrice(table, destination));
    await staging.price(priced, table.currency);
    return undefined;
  }
  const lists = await readLists(destinations, mayAsk, session, context);
  const [first] = lists.values();
  if (!first) return undefined;
  // The account is billed in one currency, whatever the country.
  const { currency } = first.prices;
  const priced = withPrice(destinations, ({ country, sender, hasMedia }) => {
    const list = lists.get(country ?? '')?.prices;
    // The list is of texts; what has a picture costs something else.
    return !hasMedia && list?.currency === currency ? listPrice(list, sender) : undefined;
  });
  await staging.price(priced, currency);
  return { ageMs: context.now() - Math.min(...[...lists.values()].map(({ at }) => at)) };
}

/** Whether a run asks for prices it does not know: another server than Twilio's may have none, so only for a budget. */
export function asksForPrices({ config, isSimulated }: Session): boolean {
  return isSimulated || config.get('api_url') === undefined || config.get('max_cost') !== undefined;
}

function withPrice(
  destinations: readonly Destination[],
  priceOf: (destination: Destination) => number | undefined,
): UnitPrice[] {
  return destinations.flatMap((destination) => {
    const { country, sender, hasMedia } = destination;
    const unitPrice = priceOf(destination);
    return unitPrice === undefined ? [] : [{ country, sender, hasMedia, unitPrice }];
  });
}

async function readLists(
  destinations: readonly Destination[],
  mayAsk: boolean,
  session: Session,
  { now }: Context,
): Promise<Map<string, { prices: CountryPrices; at: number }>> {
  const lists = new Map<string, { prices: CountryPrices; at: number }>();
  const ledger = await session.ledger();
  for (const country of new Set(destinations.map((destination) => destination.country))) {
    if (country === null) continue;
    const known = await ledger.knownPrices(country);
    const isFresh = known !== undefined && now() - known.at < freshMs;
    const asked = isFresh || !mayAsk ? undefined : await ask(country, ledger, session);
    const list = asked ? { prices: asked, at: now() } : known;
    if (list) lists.set(country, list);
  }
  return lists;
}

async function ask(country: string, ledger: Ledger, session: Session): Promise<CountryPrices | undefined> {
  const prices = await (await session.connect()).prices(country);
  if (prices) await ledger.keepPrices(country, prices);
  return prices;
}

/** Throws a `CliError` when a plan costs more than `--max-cost`, or nobody can tell. */
export function refuseCost({ cost, unpriced }: Plan, { config }: Session): void {
  const max = config.get('max_cost');
  if (max === undefined) return;
  if (unpriced > 0) {
    throw new CliError('rule', `There is no price for ${plural(unpriced, 'message')}, so --max-cost cannot be kept.`, {
      hint: 'Give [prices] in the config: currency = "USD", US = 0.0083, default = 0.1. Nothing was sent.',
    });
  }
  if (cost.amount !== null && cost.amount > max) {
    throw new CliError('rule', `This would cost ${formatCost(cost)}, more than ${max} (--max-cost). Nothing was sent.`);
  }
}
