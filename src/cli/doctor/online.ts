import type { Plan } from '../../core/plan.ts';
import { formatCount } from '../../core/text/wording.ts';
import type { Destination } from '../../ledger/plans.ts';
import type { Session } from '../session.ts';
import { accountFindings, balanceFinding, countryFinding, senderFinding } from './account.ts';
import { check, type Finding } from './finding.ts';

/** How many senders of a plan are asked about; a list may name thousands. */
const askedSenders = 20;

/** What Twilio says of a plan's senders and countries, and whether the balance is enough for it. Sends nothing. */
export async function checkPlan(
  { plan, destinations }: { readonly plan: Plan; readonly destinations: readonly Destination[] },
  session: Session,
  context: Parameters<ReturnType<typeof check>>[1],
): Promise<readonly Finding[]> {
  const look = check('account', async () => {
    const findings = [...(await accountFindings(session)), await balanceFinding(session, plan.cost)];
    for (const { sender } of plan.senders.slice(0, askedSenders)) findings.push(await senderFinding(session, sender));
    const more = plan.senders.length - askedSenders;
    if (more > 0)
      findings.push({ name: 'sender', state: 'warning', text: `${formatCount(more)} more were not asked about.` });
    for (const country of countriesOf(destinations)) findings.push(await countryFinding(session, country));
    return findings;
  });
  return look(session, context);
}

function countriesOf(destinations: readonly Destination[]): string[] {
  return [...new Set(destinations.flatMap(({ country }) => country ?? []))].sort();
}
