import type { Message, SendState } from '../core/message.ts';
import { noReason, reasonInWords } from '../core/outcome/error-codes.ts';
import type { ListedMessage } from '../core/outcome/match-unknowns.ts';
import type { StatusUpdate } from '../core/outcome/receipt.ts';
import type { Report } from '../core/outcome/report.ts';
import { isFailedStatus } from '../core/outcome/status.ts';
import type { PlanView } from './plan.ts';

/** A report as the one JSON document that `--json` prints. Field names are a contract. */
export function reportJson(campaign: { readonly id: string; readonly name: string }, report: Report, exitCode: number) {
  const { rows, counts, statuses, retried, segments, cost, errors, issues } = report;
  return {
    schema: 'volley.report/1' as const,
    campaign: { id: campaign.id, name: campaign.name },
    counts: { rows, ...counts },
    statuses,
    retried,
    segments,
    cost,
    errors: errors.map((error) => ({ ...error, reason: reasonInWords(error.code, error.reason) ?? noReason })),
    issues: issues.map(({ line, column, problem }) => ({ line, column, problem })),
    exitCode,
  };
}

/** A campaign as `campaigns` has it. */
interface ListedCampaign {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly counts: Readonly<Record<SendState, number>>;
}

/** A campaign with how its messages stand, as `campaigns --json` lists it. */
export function campaignJson({ id, name, source, createdAt, counts }: ListedCampaign) {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { id, name, source, counts: { rows, ...counts }, createdAt: new Date(createdAt).toISOString() };
}

/** One message, as `send --json` and `report --output ndjson` show it. What went wrong always has a reason. */
export function messageJson(message: Message) {
  const { sid = null, to, state, status = null, code = null } = message;
  return { sid, to, state, status, code, reason: reasonOf(message) };
}

/** What went as it should, or has still to go. */
const withoutReason: readonly SendState[] = ['pending', 'claimed', 'accepted'];

function reasonOf({ state, status, code, reason, issues }: Message): string | null {
  const [issue] = issues;
  const known = reasonInWords(code, reason) ?? (issue && `${issue.column} ${issue.problem}`);
  const isWell = withoutReason.includes(state) && (status === undefined || !isFailedStatus(status));
  return known ?? (isWell ? null : noReason);
}

/** The same of each message. */
export async function* messagesJson(messages: AsyncIterable<Message>) {
  for await (const message of messages) yield messageJson(message);
}

/** A delivery receipt, as `report SID --json` shows it. */
export function receiptJson({ status, code, source, at }: StatusUpdate) {
  return { at: new Date(at).toISOString(), status, code: code ?? null, source };
}

/** A plan as the one JSON document of `--dry-run --json`. Field names are a contract. */
export function planJson({ name, plan, invalid, findings, warnings, lints, sameInput }: PlanView, exitCode: number) {
  return {
    schema: 'volley.plan/1' as const,
    name,
    ...plan,
    findings,
    warnings: warnings.map(({ issue, count }) => ({ ...issue, rows: count })),
    lints: lints.map(({ issue, count }) => ({ ...issue, rows: count })),
    issues: invalid.flatMap(({ issues }) => issues),
    sameInput: sameInput
      ? {
          campaign: sameInput.campaign.name,
          at: new Date(sameInput.campaign.createdAt).toISOString(),
          pending: sameInput.pending,
        }
      : null,
    exitCode,
  };
}

/** A message record of Twilio's. */
export interface TwilioRecord extends ListedMessage {
  readonly code?: number;
  readonly price?: number;
  readonly segments?: number;
}

/** A message record of Twilio's, as `messages list --json` shows it. */
export function recordJson(record: TwilioRecord) {
  const { sid, createdAt, direction, from, messagingServiceSid, to, status, code, segments, price, body } = record;
  return {
    ...{ sid, date: Number.isNaN(createdAt) ? null : new Date(createdAt).toISOString(), direction },
    ...{ from: from ?? messagingServiceSid ?? '', to, status },
    ...{ code: code ?? null, reason: code === undefined ? null : (reasonInWords(code, undefined) ?? noReason) },
    ...{ segments: segments ?? null, price: price ?? null, body },
  };
}
