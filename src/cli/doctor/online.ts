import type { Context } from '../../context.ts';
import type { Plan } from '../../core/plan.ts';
import { formatCount } from '../../core/text/wording.ts';
import type { Destination } from '../../ledger/plans.ts';
import type { Session } from '../session.ts';
import { accountResults, balanceResult, countryResult, senderResult } from './account.ts';
import { type CheckResult, makeCheck } from './check.ts';

/** How many senders of a plan are asked about. Our choice: a list may name thousands, and each costs a request. */
const askedSenders = 20;

/** What Twilio says of a plan's senders and countries, and whether the balance is enough for it. Sends nothing. */
export async function checkPlan(
  { plan, destinations }: { readonly plan: Plan; readonly destinations: readonly Destination[] },
  session: Session,
  context: Context,
): Promise<readonly CheckResult[]> {
  const check = makeCheck('account', async () => {
    const results = [...(await accountResults(session)), await balanceResult(session, plan.cost)];
    for (const { sender } of plan.senders.slice(0, askedSenders)) results.push(await senderResult(session, sender));
    const more = plan.senders.length - askedSenders;
    if (more > 0)
      results.push({ name: 'sender', state: 'warning', text: `${formatCount(more)} more were not asked about.` });
    for (const country of countriesOf(destinations)) results.push(await countryResult(session, country));
    return results;
  });
  return check(session, context);
}

function countriesOf(destinations: readonly Destination[]): string[] {
  return [...new Set(destinations.flatMap(({ country }) => country ?? []))].sort();
}
