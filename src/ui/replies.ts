import type { Consent } from '../core/recipient/consent.ts';
import { clean } from '../core/text/clean.ts';
import { safeCell } from './export.ts';
import { bodyShown, localTime, type Style, shown } from './lines.ts';

/** A message that somebody sent to us, and what it answers; `at` is in milliseconds since 1970. */
interface Answer {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body?: string;
  readonly keyword?: Consent;
  readonly at: number;
  readonly answers?: { readonly campaignId: string; readonly campaign: string; readonly sid?: string };
}

/** A reply on one line, with the whole of its text: what somebody wrote is what people look for here. */
export function replyLine(reply: Answer, style: Style): string {
  const { at, from, answers, keyword, body } = reply;
  const about = answers ? clean(answers.campaign) : style.paint.dim('no campaign');
  const text = body === undefined ? style.paint.dim('(text not kept)') : bodyShown(body, from, style);
  return [localTime(at), shown(from, style), about, ...(keyword ? [keyword.toUpperCase()] : []), text].join('  ');
}

/** A reply as `--json` shows it. Field names are a contract. */
export function replyJson({ sid, at, from, to, keyword, body, answers }: Answer) {
  return {
    ...{ sid, at: new Date(at).toISOString(), from, to, body: body ?? null, keyword: keyword ?? null },
    campaign: answers ? { id: answers.campaignId, name: answers.campaign } : null,
    messageSid: answers?.sid ?? null,
  };
}

/** The header of replies as a CSV. */
export const replyColumns: readonly string[] = ['date', 'from', 'to', 'campaign', 'message', 'keyword', 'body', 'sid'];

/** A reply as a row of a CSV, safe to open in a spreadsheet. */
export function replyRow({ sid, at, from, to, keyword, body = '', answers }: Answer): readonly string[] {
  const date = new Date(at).toISOString();
  return [date, from, to, answers?.campaign ?? '', answers?.sid ?? '', keyword ?? '', body, sid].map(safeCell);
}
