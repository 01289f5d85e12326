import type { MessageRequest, Row, RowIssue } from './message.ts';
import type { Cost } from './outcome/report.ts';
import type { Fitted, Opening } from './recipient/openings.ts';
import { isChannelAddress } from './recipient/phone.ts';
import { type LocalQuietHours, type QuietHours, quietHoursText } from './recipient/quiet-hours.ts';
import type { MappedRow, Mapping } from './request/mapping.ts';
import type { ParseContext } from './request/parameters.ts';
import { makeValidator, type Origin, type RawRequest } from './request/validate.ts';
import { senderOf } from './sender.ts';
import { lintSegments, type SegmentLint } from './text/segment-lint.ts';
import { countSegments, withAsciiPunctuation } from './text/segments.ts';

/** One row of a plan: a request to send, or why there is none. */
export interface PlannedRow {
  readonly line: number;
  /** What makes a row the same row in a later run; absent for invalid rows. */
  readonly key?: string;
  readonly to: string;
  readonly sender: string;
  readonly state: 'pending' | 'invalid';
  readonly request?: MessageRequest;
  readonly segments: number;
  /** ISO 3166, where the number shows it. */
  readonly country?: string;
  /** When the recipient may not be texted, as `quietHoursText` writes it. */
  readonly quietHours?: string;
  /** When it may go out, in milliseconds since 1970; absent: now. */
  readonly dueAt?: number;
  readonly issues: readonly RowIssue[];
  readonly warnings: readonly RowIssue[];
  readonly lint?: SegmentLint;
}

/** What making a plan needs to know beyond the rows. */
export interface PlanContext extends ParseContext {
  readonly countryOf?: (address: string) => string | undefined;
  /** Put plain punctuation in place of what GSM-7 does not have. */
  readonly asciiPunctuation?: boolean;
  /** A longer text is a wrong row. */
  readonly maxSegments?: number | undefined;
  readonly quietHours?: QuietRule | undefined;
}

/** Quiet hours, how a recipient's time zones are found, and what becomes of a message by them. */
export interface QuietRule {
  readonly hours: QuietHours;
  readonly zonesOf: (address: string) => readonly string[];
  readonly openingAt: (quiet: LocalQuietHours, atMs: number) => Opening;
  readonly fit: (request: MessageRequest, quiet: LocalQuietHours, nowMs: number) => Fitted;
}

/** What would happen, before anything does. Making one sends nothing. */
export interface Plan {
  readonly rows: number;
  readonly toSend: number;
  readonly invalid: number;
  readonly skipped: number;
  /** Those among the skipped who have opted out. */
  readonly optedOut: number;
  /** Rows that an earlier run of the same campaign has dealt with. */
  readonly already: number;
  readonly segments: number;
  readonly cost: Cost;
  /** Messages among those to send whose price is not known. */
  readonly unpriced: number;
  readonly senders: readonly PlannedSender[];
  /** Rows among those to send that wait for quiet hours to end, and when the first of them may go. */
  readonly waiting: { readonly count: number; readonly firstAt: number | null };
}

/** The same input within this time is gone on with, or refused unless it is named, in milliseconds. Our choice: a day. */
export const sameInputMs = 24 * 3_600_000;

/** What one sender would send. */
export interface PlannedSender {
  readonly sender: string;
  readonly count: number;
  readonly segments: number;
}

/** Turns rows into planned rows. Pure: the same row gives the same planned row. */
export function makePlanner(mapping: Mapping, context: PlanContext): (row: Row | RowIssue) => PlannedRow {
  const validateRow = makeValidator(context);
  return (row) => {
    if ('problem' in row) return invalidRow(row.line, '', [row]);
    const mapped = mapping.toRaw(row);
    if (mapped.issues.length > 0) return invalidRow(row.line, addressOf(mapped.raw), mapped.issues);
    return planMapped(mapped, validateRow, context);
  };
}

/** Validates one request and makes a row of a plan of it. */
export function planRequest(raw: RawRequest, origin: Origin, context: PlanContext): PlannedRow {
  return planMapped({ raw, origin }, makeValidator(context), context);
}

/** What a request was made of, and what its row says beside it. */
type Mapped = Pick<MappedRow, 'raw' | 'origin'> &
  Partial<Pick<MappedRow, 'key' | 'timeZone' | 'columnHolding' | 'warnings'>>;

function planMapped(mapped: Mapped, validateRow: ReturnType<typeof makeValidator>, context: PlanContext): PlannedRow {
  const { raw, origin } = mapped;
  const validated = validateRow(context.asciiPunctuation ? withPlainBody(raw) : raw, origin);
  const { request, issues } = validated;
  const warnings = mapped.warnings?.length ? [...validated.warnings, ...mapped.warnings] : validated.warnings;
  if (!request) return { ...invalidRow(origin.line, addressOf(raw), issues), warnings };
  const segments = segmentsOf(request);
  const hours = hoursOf(request, mapped, context);
  const broken = [tooLong(segments, origin, context), hours].filter(isIssue);
  if (broken.length > 0) return { ...invalidRow(origin.line, request.to, broken), warnings };
  const planned: { -readonly [K in keyof PlannedRow]: PlannedRow[K] } = {
    line: origin.line,
    key: mapped.key ?? request.to,
    to: request.to,
    sender: senderOf(request),
    state: 'pending',
    request,
    segments,
    issues,
    warnings,
  };
  const country = context.countryOf?.(request.to);
  if (country !== undefined) planned.country = country;
  if (hours) Object.assign(planned, hours);
  const lint = segments > 1 ? lintSegments(request.body ?? '', segments) : undefined;
  if (lint) planned.lint = { ...lint, column: mapped.columnHolding?.(lint.character) ?? 'body' };
  return planned;
}

const isIssue = (found: object | undefined): found is RowIssue => found !== undefined && 'problem' in found;

const withPlainBody = (raw: RawRequest): RawRequest =>
  typeof raw.body === 'string' ? { ...raw, body: withAsciiPunctuation(raw.body) } : raw;

const addressOf = ({ to = '' }: RawRequest): string => [to].flat().join(' ');

/** An MMS or a channel message is one, however long its text. */
function segmentsOf({ to, body, mediaUrl }: MessageRequest): number {
  if (body === undefined) return mediaUrl === undefined ? 0 : 1;
  return mediaUrl !== undefined || isChannelAddress(to) ? 1 : countSegments(body).segments;
}

function tooLong(segments: number, { line, columnOf }: Origin, { maxSegments }: PlanContext): RowIssue | undefined {
  if (maxSegments === undefined || segments <= maxSegments) return undefined;
  const problem = `makes ${segments} segments, more than ${maxSegments} (--max-segments)`;
  return { line, column: columnOf('body'), value: '', problem, hint: 'Shorten the text, or see --ascii-punctuation.' };
}

function hoursOf(
  request: MessageRequest,
  { origin: { line }, timeZone }: Mapped,
  { quietHours: rule, nowMs }: PlanContext,
): Pick<PlannedRow, 'quietHours' | 'dueAt'> | RowIssue | undefined {
  if (!rule) return undefined;
  const zones = timeZone === undefined ? rule.zonesOf(request.to) : [timeZone];
  const issue = (problem: string, hint: string) => ({ line, column: 'to', value: request.to, problem, hint });
  if (zones.length === 0) {
    return issue('is in a time zone that nobody knows', 'Quiet hours need it: name a column with --timezone-column.');
  }
  const quiet = { hours: rule.hours, zones };
  const opening = rule.openingAt(quiet, nowMs);
  if (!opening.isOpen && opening.opensAt === undefined) {
    return issue('may be in time zones that share no open hour', 'Name a column with --timezone-column.');
  }
  const fitted = rule.fit(request, quiet, nowMs);
  return { quietHours: quietHoursText(quiet), ...(fitted.kind === 'wait' && { dueAt: fitted.untilMs }) };
}

function invalidRow(line: number, to: string, issues: readonly RowIssue[]): PlannedRow {
  return { line, to, sender: '', state: 'invalid', segments: 0, issues, warnings: [] };
}
