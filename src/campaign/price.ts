import { type CountryPrices, listPrice, type PriceTable, tablePrice } from '../core/cost/pricing.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Destination, Staging, UnitPrice } from '../ledger/plans.ts';
import type { Records } from '../provider/provider.ts';

/** How long the provider's price list is believed before it is asked for again, in milliseconds. */
const freshMs = 7 * 86_400_000;

/** Where prices come from. */
export interface PriceSources {
  /** A price table of one's own, which comes before all else. */
  readonly table: PriceTable | undefined;
  /** Who is asked for prices that the ledger does not remember, or not for a week; absent: nobody. */
  readonly provider: Pick<Records, 'prices'> | undefined;
  readonly ledger: Ledger;
  readonly now: () => number;
}

/** Puts a price on a plan, where one can be found. Returns how old the oldest price of the provider's list is. */
export async function pricePlan(
  staging: Staging,
  sources: PriceSources,
): Promise<{ readonly ageMs: number } | undefined> {
  const { table, now } = sources;
  const destinations = await staging.destinations();
  if (table) {
    const priced = withPrice(destinations, (destination) => tablePrice(table, destination));
    await staging.price(priced, table.currency);
    return undefined;
  }
  const lists = await readLists(destinations, sources);
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
  return { ageMs: now() - Math.min(...[...lists.values()].map(({ at }) => at)) };
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

interface PriceList {
  readonly prices: CountryPrices;
  readonly at: number;
}

async function readLists(
  destinations: readonly Destination[],
  { provider, ledger, now }: PriceSources,
): Promise<Map<string, PriceList>> {
  const lists = new Map<string, PriceList>();
  for (const country of new Set(destinations.map((destination) => destination.country))) {
    if (country === null) continue;
    const known = await ledger.knownPrices(country);
    const isFresh = known !== undefined && now() - known.at < freshMs;
    const asked = isFresh ? undefined : await provider?.prices(country);
    if (asked) await ledger.keepPrices(country, asked);
    const list = asked ? { prices: asked, at: now() } : known;
    if (list) lists.set(country, list);
  }
  return lists;
}
