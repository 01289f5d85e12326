import type { Message } from '../core/message.ts';

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
  const reason = message.issues.length > 0 ? message.issues.map(issueText).join('; ') : (message.reason ?? '');
  return [line, to, sender, state, status, sid, code, reason, segments, request?.body ?? ''].map(String).map(safeCell);
}

const issueText = ({ column, problem }: Message['issues'][number]): string => `${column} ${problem}`;

/** A cell that starts like a formula gets a leading `'`; a phone number is none. */
export function safeCell(text: string): string {
  if (/^\+\d{8,15}$/.test(text)) return text;
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
}
