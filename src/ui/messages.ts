import type { Message, SendResult } from '../core/message.ts';
import { explainCode } from '../core/outcome/error-codes.ts';
import type { StatusUpdate } from '../core/outcome/receipt.ts';
import { isFailedStatus } from '../core/outcome/status.ts';
import { clean } from '../core/text/clean.ts';
import { plural } from '../core/text/wording.ts';
import { type Style, shown, wrap } from './lines.ts';

/** One message on one line: its state or status, with the reason where it failed. */
export function messageLine(message: Message, style: Style): string {
  const { paint } = style;
  const { to, state, sid = '', status = '', code, segments } = message;
  const who = shown(to, style);
  const why = [code, reasonOf(message, style)].filter((part) => part !== undefined).join(' ');
  switch (state) {
    case 'accepted':
      if (isFailedStatus(status)) return `${paint.red(`✗ ${status}`)}  ${clean(sid)}  to ${who}  ${why}`;
      return `${paint.green('✓ accepted')}  ${clean(sid)}  ${clean(status)}  to ${who}${segments > 1 ? `  ${plural(segments, 'segment')}` : ''}`;
    case 'rejected':
    case 'invalid':
      return `${paint.red(`✗ ${state}`)}  to ${who}  ${why}`;
    case 'unknown':
      return `${paint.yellow('? unknown')}  to ${who}  ${reasonOf(message, style)}: it may have been sent`;
    default:
      return `${paint.cyan(`· ${state}`)}  to ${who}  ${reasonOf(message, style)}`.trimEnd();
  }
}

/** One message and every delivery receipt of it, in the order they arrived. */
export function historyLines(message: Message, receipts: readonly StatusUpdate[], style: Style): string[] {
  const { paint } = style;
  const { code } = message;
  const known = code === undefined ? undefined : explainCode(code);
  return [
    messageLine(message, style),
    ...receipts.map(({ at, status, code, source }) => {
      const when = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
      return `  ${paint.dim(`${when} UTC`)}  ${clean(status)}${code === undefined ? '' : ` ${code}`}  ${paint.dim(`by ${source}`)}`;
    }),
    ...(message.state === 'accepted' && known ? [`  ${wrap(`${known.meaning}. ${known.hint}`, style.width, 2)}`] : []),
  ];
}

function reasonOf({ code, reason = '', issues }: Message, style: Style): string {
  if (issues.length > 0) {
    return issues.map(({ column, problem }) => `${clean(column)} ${shown(problem, style)}`).join('; ');
  }
  const known = code === undefined ? undefined : explainCode(code);
  return known ? `${known.meaning}. ${known.hint}` : shown(reason, style);
}

/** One attempt on one line, for `--verbose`. */
export function attemptLine(to: string, result: SendResult, style: Style): string {
  const what =
    result.kind === 'accepted'
      ? clean(result.sid)
      : shown('code' in result ? `${result.code} ${result.reason}` : result.reason, style);
  return `${result.kind.padEnd(8)}  ${shown(to, style)}  ${what}`;
}
