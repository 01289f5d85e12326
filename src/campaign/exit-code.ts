import type { Report, RunEnd } from '../core/outcome/report.ts';
import { exitCodes, someFailed } from '../errors.ts';
import type { Delivered } from './deliver.ts';

/** What one run did, for its exit code. */
export interface RunOutcome {
  readonly end: Pick<RunEnd, 'kind'>;
  /** Rows of this run's input that are wrong. */
  readonly invalid: number;
  readonly accepted: number;
  readonly rejected: number;
}

/** The exit code of a delivery, by the table in the README. `invalid`: how many rows of its input were wrong. */
export function exitCodeOfDelivery({ end, report, tally, tookOver, open }: Delivered, invalid: number): number {
  if (!end) return exitCodes.interrupted;
  // A run that died has told nobody what was refused: then all of the campaign counts, not only this run's part.
  const wrong = tookOver ? report.counts : { invalid, rejected: tally.rejected };
  const sent = exitCodeOfRun(
    { end, accepted: tally.accepted, invalid: wrong.invalid, rejected: wrong.rejected },
    report,
  );
  return open === undefined ? sent : afterTracking(sent, open, report);
}

/** The exit code of following a campaign: `open` messages are on their way still, or some were not delivered. */
export function exitCodeOfTracking(open: number, { statuses, retried }: Pick<Report, 'statuses' | 'retried'>): number {
  if (open > 0) return exitCodes.open;
  const { undelivered = 0, failed = 0 } = statuses;
  return undelivered + failed > retried ? someFailed : 0;
}

/** The exit code of waiting for what others send: `open` messages that they took are on their way still. */
export function exitCodeOfWaiting(open: number, isInterrupted: boolean, report: Report): number {
  const { accepted, rejected, invalid, canceled } = report.counts;
  const kind = isInterrupted ? 'interrupted' : canceled > 0 ? 'recalled' : 'finished';
  const sent = exitCodeOfRun({ end: { kind }, accepted, rejected, invalid }, report);
  return afterTracking(sent, open, report);
}

/** What was not sent outweighs what has not arrived. */
function afterTracking(sent: number, open: number, report: Report): number {
  return sent !== 0 && sent !== someFailed ? sent : exitCodeOfTracking(open, report) || sent;
}

/** The exit code of a run. What is still open outweighs what was refused. */
export function exitCodeOfRun(
  { end, invalid, accepted, rejected }: RunOutcome,
  { counts }: Pick<Report, 'counts'>,
): number {
  if (end.kind === 'interrupted') return exitCodes.interrupted;
  if (end.kind === 'credentials') return exitCodes.credentials;
  if (end.kind === 'lost-lease') return exitCodes.held;
  if (end.kind === 'budget') return exitCodes.rule;
  if (end.kind === 'unreachable' && accepted + rejected + counts.unknown === 0) return exitCodes.unreachable;
  if (counts.pending + counts.claimed + counts.unknown > 0) return exitCodes.open;
  return invalid + rejected > 0 || (end.kind === 'recalled' && counts.canceled > 0) ? someFailed : 0;
}
