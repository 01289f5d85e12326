import { drainSeconds, type Overflow } from '../core/cost/sender-rate.ts';
import type { Message, RowIssue } from '../core/message.ts';
import type { Plan } from '../core/plan.ts';
import { clean } from '../core/text/clean.ts';
import type { SegmentLint } from '../core/text/segment-lint.ts';
import { formatCost, formatCount, formatDuration, plural } from '../core/text/wording.ts';
import { bodyShown, fitLines, issueLine, type Style, shown, truncate, wrap } from './lines.ts';

/** A plan with all that is shown of it: samples of its texts, wrong rows, warnings and notes. */
export interface PlanView {
  readonly name: string;
  readonly plan: Plan;
  readonly samples: readonly Message[];
  readonly invalid: readonly Message[];
  /** Each once, with how many rows it concerns. */
  readonly warnings: readonly { readonly issue: RowIssue; readonly count: number }[];
  readonly lints: readonly { readonly issue: SegmentLint & { readonly line: number }; readonly count: number }[];
  /** How the input file was read, where that had to be guessed, in sentences. */
  readonly findings: readonly string[];
  readonly perSecond?: number | undefined;
  readonly nowMs: number;
  readonly priceAgeMs?: number | undefined;
  readonly overflows: readonly Overflow[];
  /** Show the samples whole, not cut to a line. */
  readonly wholeTexts: boolean;
  /** The same messages within a day, in an earlier campaign: how long ago, and how many of them are not sent yet. */
  readonly sameInput?:
    | {
        readonly campaign: { readonly name: string; readonly createdAt: number };
        readonly agoMs: number;
        readonly pending: number;
      }
    | undefined;
}

/** The plan for a person: what would be sent, at what cost, and what is wrong. */
export function planLines(view: PlanView, style: Style): string[] {
  const { name, plan, samples, invalid, warnings } = view;
  const { paint } = style;
  const left = [
    plan.invalid > 0 && paint.red(`${plural(plan.invalid, 'row')} wrong`),
    plan.skipped > 0 && `${formatCount(plan.skipped)} skipped${optedOut(plan)}`,
    plan.already > 0 && `${formatCount(plan.already)} in the campaign already`,
  ].filter((part) => part !== false);
  const note = (text: string) => `  ${paint.yellow(wrap(`note: ${text}`, style.width, 8))}`;
  const lines = [
    paint.bold(clean(name)),
    `  ${paint.green(`${formatCount(plan.toSend)} to send`)} of ${plural(plan.rows, 'row')}${left.length > 0 ? `; ${left.join(', ')}` : ''}`,
    ...senderLines(plan, style),
    `  ${[plural(plan.segments, 'segment'), ...costTexts(view), ...timeTexts(view)].join(', ')}`,
    ...waitingLines(view),
    ...sampleLines(samples, style, view.wholeTexts),
    ...sameInputTexts(view).map(note),
    ...view.findings.map((finding) => note(clean(finding))),
    ...view.overflows.map((overflow) => note(shown(overflowText(overflow), style))),
    ...lintTexts(view.lints).map(note),
    ...warnings.map(({ issue, count }) => note(`${clean(issue.column)} ${issue.problem} (${plural(count, 'row')})`)),
    ...invalidLines(invalid, plan.invalid, style),
  ];
  return lines.map((line) => fitLines(line, style.width, 2));
}

/** A note where the same messages were planned before: `volley batch` would go on with them, or be refused. */
function sameInputTexts({ sameInput }: PlanView): string[] {
  if (!sameInput) return [];
  const { campaign, agoMs, pending } = sameInput;
  const when = `${formatDuration(agoMs)} ago, as ${clean(campaign.name)}`;
  return [
    pending > 0
      ? `the same messages were begun ${when}: a batch now would go on there, with ${formatCount(pending)} to send.`
      : `the same messages were sent ${when}: a batch now would be refused, unless --again is given.`,
  ];
}

const optedOut = ({ optedOut: count }: Plan): string => (count > 0 ? ` (${formatCount(count)} opted out)` : '');

function costTexts({ plan: { cost, unpriced, toSend }, priceAgeMs = 0 }: PlanView): string[] {
  if (cost.amount === null) return [];
  const except = unpriced > 0 && toSend > 0 ? ` without ${plural(unpriced, 'message')} of unknown price` : '';
  const age = priceAgeMs > 86_400_000 ? ` (prices ${formatDuration(priceAgeMs)} old)` : '';
  return [`at most ${formatCost(cost)}${except}${age}`];
}

function timeTexts({ plan: { senders }, perSecond }: PlanView): string[] {
  if (perSecond) {
    const busiest = Math.max(0, ...senders.map(({ count }) => count));
    return [`about ${formatDuration((busiest / perSecond) * 1000)} at ${perSecond} a second`];
  }
  const seconds = drainSeconds(senders);
  return seconds > 60 ? [`about ${formatDuration(seconds * 1000)} as fast as the sender is at Twilio`] : [];
}

function waitingLines({ plan: { waiting }, nowMs }: PlanView): string[] {
  if (waiting.count === 0 || waiting.firstAt === null) return [];
  return [
    `  ${formatCount(waiting.count)} wait for quiet hours to end, the first for ${formatDuration(waiting.firstAt - nowMs)}`,
  ];
}

function overflowText({ sender, perSecond, queueSeconds }: Overflow): string {
  const hours = formatDuration(queueSeconds * 1000);
  return `${sender} sends about ${plural(perSecond, 'segment')} a second, so the last would wait ${hours} at Twilio and expire; --rate ${perSecond} keeps them here.`;
}

/** How many characters that make texts longer are listed; the others are counted. Our choice. */
const listedLints = 5;

function lintTexts(lints: PlanView['lints']): string[] {
  const texts = lints.slice(0, listedLints).map(({ issue, count }) => {
    const { line, column, character, replacement, segments, plainSegments } = issue;
    const rows = count > 1 ? ` (and ${plural(count - 1, 'other row')})` : '';
    const remedy =
      replacement === undefined
        ? ''
        : `; --ascii-punctuation replaces it by ${replacement === '' ? 'nothing' : replacement}`;
    const what = clean(character) || `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return `line ${line}: ${what} in ${clean(column)} makes ${segments} segments of ${plainSegments}${remedy}${rows}.`;
  });
  const more = lints.length - listedLints;
  return more > 0 ? [...texts, `${plural(more, 'other character')} make texts longer as well.`] : texts;
}

function senderLines({ senders }: Plan, style: Style): string[] {
  if (senders.length === 0) return [];
  const named = senders.slice(0, 3).map(({ sender, count }) => {
    const who = truncate(shown(sender, style), style.width - 30);
    return senders.length === 1 ? who : `${who} (${formatCount(count)})`;
  });
  return [`  from ${named.join(', ')}${senders.length > 3 ? `, and ${plural(senders.length - 3, 'other')}` : ''}`];
}

function sampleLines(samples: readonly Message[], style: Style, isWhole: boolean): string[] {
  return samples.map(({ to, request }) => {
    const text = bodyShown(request?.body ?? request?.contentSid ?? request?.mediaUrl?.join(' ') ?? '', to, style);
    const who = shown(to, style);
    const line = `${style.paint.dim('to')} ${who}${style.paint.dim(':')} ${isWhole ? text : truncate(text, style.width - who.length - 8)}`;
    return `  ${isWhole ? wrap(line, style.width, 4) : line}`;
  });
}

function invalidLines(invalid: readonly Message[], total: number, style: Style): string[] {
  if (invalid.length === 0) return [];
  const lines = invalid.flatMap(({ issues }) => issues.map((issue) => issueLine(issue, style)));
  const more = total - invalid.length;
  return [
    '',
    ...lines,
    ...(more > 0 ? [`  and ${plural(more, 'more wrong row')}; see them all with: volley check`] : []),
  ];
}
