import { isMessageSid, type Row, type RowIssue } from '../core/message.ts';
import { guessColumn } from '../core/request/column-guess.ts';
import { foldName } from '../core/request/parameters.ts';
import { CliError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Records } from '../provider/provider.ts';

/** What a recipient did with a message, in the words of Message Feedback. */
export const outcomes = ['confirmed', 'unconfirmed'] as const;

/** One of them. */
export type FeedbackOutcome = (typeof outcomes)[number];

/** What telling the provider works with. */
export interface FeedbackPorts {
  readonly ledger: Pick<Ledger, 'findSid'>;
  readonly provider: Pick<Records, 'feedback'>;
}

/** Tells the provider what became of a message for its recipient; resolves to why that did not work, if it did not. */
export async function giveFeedback(
  sid: string,
  outcome: FeedbackOutcome,
  { ledger, provider }: FeedbackPorts,
): Promise<string | undefined> {
  const message = await ledger.findSid(sid);
  if (message?.request && message.request.provideFeedback !== true) {
    return 'it was sent without --provide-feedback true, so Twilio takes no feedback on it.';
  }
  const problem = await provider.feedback(sid, outcome, message?.request?.accountSid);
  return problem?.startsWith('20404')
    ? 'Twilio knows no such message, or it was sent without --provide-feedback true.'
    : problem;
}

/** What telling of the rows of a file works with. */
export interface FeedbackRowsPorts extends FeedbackPorts {
  readonly signal: AbortSignal;
  readonly onWrong: (line: number, problem: string) => void;
}

/**
 * Tells the provider of each row of a file; `fallback` is the outcome of those that name none. Returns for how many that
 * worked. Throws a `CliError` (`interrupted`) at the signal.
 */
export async function giveFeedbackOfRows(
  rows: AsyncIterable<Row | RowIssue>,
  fallback: FeedbackOutcome | undefined,
  ports: FeedbackRowsPorts,
): Promise<{ readonly given: number; readonly wrong: number }> {
  const count = { given: 0, wrong: 0 };
  for await (const row of rows) {
    const read = 'problem' in row ? row : readRow(row, fallback);
    const problem = 'problem' in read ? read.problem : await giveFeedback(read.sid, read.outcome, ports);
    if (problem === undefined) count.given++;
    else {
      count.wrong++;
      ports.onWrong(row.line, problem);
    }
    if (ports.signal.aborted) throw new CliError('interrupted', `Interrupted after line ${row.line}.`);
  }
  return count;
}

function readRow(
  { cells }: Row,
  fallback: FeedbackOutcome | undefined,
): { readonly sid: string; readonly outcome: FeedbackOutcome } | { readonly problem: string } {
  const byName = new Map(Object.entries(cells).map(([name, cell]) => [foldName(name), String(cell).trim()]));
  const sid = byName.get(guessColumn([...byName.keys()], 'sid') ?? '') ?? '';
  const named = (byName.get('outcome') || fallback) ?? '';
  if (!isMessageSid(sid)) return { problem: `"${sid}" is not the SID of a message` };
  const outcome = outcomes.find((word) => word === named);
  return outcome === undefined ? { problem: `"${named}" must be confirmed or unconfirmed` } : { sid, outcome };
}
