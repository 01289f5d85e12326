import { arrivalsOf, type Report } from '../core/outcome/report.ts';
import { formatCost, formatCount, plural } from '../core/text/wording.ts';

/** How a campaign went, in one line: what arrived, once anything is known of that, and what Twilio charged. */
export function headline(report: Report): string {
  const { delivered, failed, onTheWay } = arrivalsOf(report);
  const { accepted } = report.counts;
  const share = accepted === 0 ? '' : ` (${((delivered / accepted) * 100).toFixed(1)} %)`;
  const arrived = [
    `${formatCount(delivered)} of ${formatCount(accepted)} delivered${share}`,
    ...(failed > 0 ? [`${formatCount(failed)} not delivered`] : []),
    ...(onTheWay > 0 ? [`${formatCount(onTheWay)} on their way`] : []),
  ];
  return [
    plural(report.rows, 'row'),
    ...(delivered + failed > 0 ? arrived : []),
    ...(report.charged.cost.amount === null ? [] : [chargedText(report)]),
  ].join(', ');
}

function chargedText(report: Report): string {
  return `${formatCost(report.charged.cost)}${uncharged(report) > 0 ? ' so far' : ''}`;
}

/** What a campaign costs: what Twilio charged, and at most for the rest; undefined where nothing is known. */
export function costText(report: Report): string | undefined {
  const { cost, charged } = report;
  if (cost.amount === null) return undefined;
  if (charged.cost.amount === null) return `at most ${formatCost(cost)}`;
  const open = uncharged(report);
  const charge = formatCost(charged.cost);
  if (open === 0) return charge;
  const rest = formatCost({ ...cost, amount: Math.max(0, cost.amount - charged.cost.amount) });
  return `${charge} for ${plural(charged.messages, 'message')}, at most ${rest} for the other ${formatCount(open)}`;
}

/** Of how many messages that went out, or may have, Twilio has not said what they cost. */
function uncharged({ counts, charged }: Report): number {
  return Math.max(0, counts.accepted + counts.claimed + counts.unknown - charged.messages);
}
