import type { Cost } from '../core/outcome/report.ts';
import type { PlannedRow } from '../core/plan.ts';
import type { RawRequest } from '../core/request/validate.ts';
import { clean } from '../core/text/clean.ts';
import { formatCost, formatDuration } from '../core/text/wording.ts';
import { localTime, type Style, wrap } from './lines.ts';

/** One message before it is sent, with what a person needs to check it. */
export interface Preview {
  readonly row: PlannedRow;
  /** The parameters as they were given; `row` has a request only when nothing is wrong with them. */
  readonly asked: RawRequest;
  /** How long it would wait for the end of the recipient's quiet hours, in milliseconds; 0 outside of them. */
  readonly waitMs: number;
  /** The recipient's name; empty where it is not known. */
  readonly label: string;
  readonly cost: Cost;
  readonly hasOptedOut: boolean;
  /** The time in each time zone that the number may be in; empty where that is not known. */
  readonly localTimes: readonly string[];
  /** The last messages to them, the latest first. */
  readonly past: readonly { readonly agoMs: number; readonly text: string; readonly became: string }[];
  /** The text's length, encoding and segments. */
  readonly count: string;
}

/** The preview for a person. Phone numbers are not masked: the recipient is what has to be checked. */
export function previewLines(
  { row, asked, waitMs, label, cost, hasOptedOut, localTimes, past, count }: Preview,
  style: Style,
): string[] {
  const { paint, width } = style;
  const { request, issues, warnings } = row;
  const body = request?.body ?? (typeof asked.body === 'string' ? asked.body : undefined);
  const field = (name: string, text: string) => `  ${paint.dim(name.padEnd(8))} ${wrap(text, width, 11)}`;
  return [
    '',
    field(
      'To',
      [clean(row.to), clean(label), ...(localTimes.length > 0 ? [`${localTimes.join(' or ')} there`] : [])]
        .filter((text) => text !== '')
        .join(', '),
    ),
    field('From', clean(String(asked.from || asked.messagingServiceSid || ''))),
    ...(body === undefined ? [] : [field('Text', paint.bold(clean(body)))]),
    ...[asked.mediaUrl ?? []].flat().map((url) => field('Picture', clean(url))),
    ...(request?.sendAt === undefined ? [] : [field('When', `${localTime(request.sendAt)} here`)]),
    field('Length', `${count}${cost.amount === null ? '' : `, at most ${formatCost(cost)}`}`),
    ...past.map(({ agoMs, text, became }) =>
      field('Before', `${formatDuration(agoMs)} ago, ${clean(became)}: ${clean(text)}`),
    ),
    ...(hasOptedOut ? [`  ${paint.red('✗ They have opted out and must not be texted.')}`] : []),
    ...(waitMs === 0
      ? []
      : [
          `  ${paint.yellow(wrap(`! These are quiet hours there: it would wait ${formatDuration(waitMs)}, and go by volley resume.`, width, 4))}`,
        ]),
    ...issues.map(
      ({ column, problem, hint }) =>
        `  ${paint.red(wrap(`✗ ${clean(column)} ${problem}.${hint ? ` ${hint}` : ''}`, width, 4))}`,
    ),
    ...warnings.map(({ column, problem }) => `  ${paint.yellow(wrap(`! ${clean(column)} ${problem}.`, width, 4))}`),
    '',
  ];
}
