import type { Message } from '../core/message.ts';
import type { StatusUpdate } from '../core/outcome/delivery.ts';
import { noReason, reasonInWords } from '../core/outcome/error-codes.ts';
import type { ListedMessage } from '../core/outcome/match-unknowns.ts';
import type { Report } from '../core/outcome/report.ts';
import type { PlanView } from './plan.ts';

/** A report as the one JSON document that `--json` prints. Field names are a contract. */
export function reportJson(campaign: { readonly id: string; readonly name: string }, report: Report, exitCode: number) {
  const { rows, counts, statuses, retried, segments, cost, errors, issues } = report;
  return {
    schema: 'volley.report/1',
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

/** One message, as `send --json` and `report --output ndjson` show it. */
export function messageJson({ sid, to, state, status, code, reason }: Message) {
  return {
    sid: sid ?? null,
    to,
    state,
    status: status ?? null,
    code: code ?? null,
    reason: reasonInWords(code, reason) ?? null,
  };
}

/** A delivery receipt, as `report SID --json` shows it. */
export function receiptJson({ status, code, source, at }: StatusUpdate) {
  return { at: new Date(at).toISOString(), status, code: code ?? null, source };
}

/** A plan as the one JSON document of `--dry-run --json`. Field names are a contract. */
export function planJson({ name, plan, invalid, findings, lints, sameInput }: PlanView, exitCode: number) {
  return {
    schema: 'volley.plan/1',
    name,
    ...plan,
    findings,
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
    ...{ code: code ?? null, segments: segments ?? null, price: price ?? null, body },
  };
}
