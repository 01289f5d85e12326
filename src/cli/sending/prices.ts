import type { Ports } from '../../campaign/ports.ts';
import type { PriceSources } from '../../campaign/price.ts';
import type { Session } from '../session.ts';

/** Whether a run asks for prices it does not know: another server than Twilio's may have none, so only for a budget. */
export function asksForPrices({ config, isSimulated }: Session): boolean {
  return isSimulated || config.get('api_url') === undefined || config.get('max_cost') !== undefined;
}

/** Where this session's prices come from; `mayAsk`: Twilio is asked for those that are not known. */
export async function priceSourcesOf(
  session: Session,
  mayAsk: boolean,
  { ledger, now }: Pick<Ports, 'ledger' | 'now'>,
): Promise<PriceSources> {
  const { prices: table } = session.config;
  // Whoever has a table of their own is not asked for credentials.
  const provider = mayAsk && !table ? await session.connect() : undefined;
  return { table, provider, ledger, now };
}
