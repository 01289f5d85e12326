import type { Message } from '../core/message.ts';
import { reasonInWords } from '../core/outcome/error-codes.ts';

/** The header of an exported CSV. */
export const exportColumns: readonly string[] = [
  'line',
  'to',
  'from',
  'state',
  'status',
  'sid',
  'code',
  'reason',
  'segments',
  'body',
];

/** A message as a row of an exported CSV, safe to open in a spreadsheet. */
export function exportRow(message: Message): readonly string[] {
  const { line, to, sender, state, status = '', sid = '', code = '', segments, request } = message;
  const reason = issuesText(message.issues) || (reasonInWords(message.code, message.reason) ?? '');
  return [line, to, sender, state, status, sid, code, reason, segments, request?.body ?? ''].map(String).map(safeCell);
}

/** The issues of a row in one cell; empty when there are none. */
export function issuesText(issues: Message['issues']): string {
  return issues.map(({ column, problem }) => `${column} ${problem}`).join('; ');
}

/**
 * A cell without what moves a terminal's cursor. One that a spreadsheet would run as a formula gets a leading `'`; a
 * phone number is left as it is.
 */
export function safeCell(text: string): string {
  if (/^\+\d{8,15}$/.test(text)) return text;
  const plain = text.replace(controls, '');
  return /^[=+\-@\t\r\n]/.test(plain) ? `'${plain}` : plain;
}

/** Control characters but for tabs and line breaks. */
const controls = /[^\P{Cc}\t\n\r]/gu;
