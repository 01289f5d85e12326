import type { CountryPrices } from '../../core/cost/pricing.ts';
import type { TwilioClient } from './client.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Twilio's list for a country, https://www.twilio.com/docs/messaging/api/pricing; undefined when it gives none. */
export async function readPrices(client: TwilioClient, country: string): Promise<CountryPrices | undefined> {
  const exchange = await client.request('GET', `/v1/Messaging/Countries/${country}`);
  if (exchange.kind !== 'answer' || exchange.status !== 200) return undefined;
  const body = exchange.body as Fields | undefined;
  const carriers = body?.['outbound_sms_prices'];
  const currency = body?.['price_unit'];
  if (!Array.isArray(carriers) || typeof currency !== 'string') return undefined;
  const bySenderKind = new Map<string, number>();
  for (const { prices } of carriers as { prices?: unknown }[]) {
    for (const { number_type: kind, current_price: text } of (Array.isArray(prices) ? prices : []) as Fields[]) {
      const price = Number(text);
      if (typeof kind === 'string' && price >= 0) bySenderKind.set(kind, Math.max(price, bySenderKind.get(kind) ?? 0));
    }
  }
  return { currency: currency.toUpperCase(), bySenderKind: Object.fromEntries(bySenderKind) };
}
