import type { Message, RowIssue } from '../core/message.ts';
import type { Plan } from '../core/plan.ts';
import { clean } from './clean.ts';
import { formatCount, formatDuration, issueLine, type Look, plural, shown, truncate } from './lines.ts';

/** A plan with what makes it readable: some of its texts, its problems, its warnings. */
export interface PlanView {
  readonly name: string;
  readonly plan: Plan;
  readonly samples: readonly Message[];
  readonly invalid: readonly Message[];
  /** Each once, with how many rows it concerns. */
  readonly warnings: readonly { readonly issue: RowIssue; readonly count: number }[];
  readonly perSecond?: number | undefined;
}

/** What would happen, for a person. */
export function planLines({ name, plan, samples, invalid, warnings, perSecond }: PlanView, look: Look): string[] {
  const { paint } = look;
  const left = [
    plan.invalid > 0 && paint.red(`${plural(plan.invalid, 'row')} wrong`),
    plan.skipped > 0 && `${formatCount(plan.skipped)} skipped`,
    plan.already > 0 && `${formatCount(plan.already)} sent before`,
  ].filter((part) => part !== false);
  const busiest = Math.max(0, ...plan.senders.map(({ count }) => count));
  return [
    paint.bold(clean(name)),
    `  ${paint.green(`${formatCount(plan.toSend)} to send`)} of ${plural(plan.rows, 'row')}${left.length > 0 ? `; ${left.join(', ')}` : ''}`,
    ...senderLines(plan, look),
    `  ${plural(plan.segments, 'segment')}${perSecond ? `, about ${formatDuration((busiest / perSecond) * 1000)} at ${perSecond} a second` : ''}`,
    ...sampleLines(samples, look),
    ...warnings.map(({ issue, count }) =>
      paint.yellow(`  note: ${clean(issue.column)} ${issue.problem} (${plural(count, 'row')})`),
    ),
    ...invalidLines(invalid, plan.invalid, look),
  ];
}

function senderLines({ senders }: Plan, look: Look): string[] {
  if (senders.length === 0) return [];
  const named = senders.slice(0, 3).map(({ sender, count }) => {
    const who = truncate(clean(sender), look.width - 30);
    return senders.length === 1 ? who : `${who} (${formatCount(count)})`;
  });
  return [`  from ${named.join(', ')}${senders.length > 3 ? `, and ${plural(senders.length - 3, 'other')}` : ''}`];
}

function sampleLines(samples: readonly Message[], look: Look): string[] {
  return samples.map(({ to, request }) => {
    const text = request?.body ?? request?.contentSid ?? request?.mediaUrl?.join(' ') ?? '';
    const who = shown(to, look);
    return `  ${look.paint.dim('to')} ${who}${look.paint.dim(':')} ${truncate(clean(text), look.width - who.length - 8)}`;
  });
}

function invalidLines(invalid: readonly Message[], total: number, look: Look): string[] {
  if (invalid.length === 0) return [];
  const lines = invalid.flatMap(({ issues }) => issues.map((issue) => issueLine(issue, look)));
  const more = total - invalid.length;
  return [
    '',
    ...lines,
    ...(more > 0 ? [`  and ${plural(more, 'more wrong row')}; see them all with: volley check`] : []),
  ];
}
