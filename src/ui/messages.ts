import type { Message, SendResult } from '../core/message.ts';
import type { StatusUpdate } from '../core/outcome/delivery.ts';
import { explainCode } from '../core/outcome/error-codes.ts';
import { isFailedStatus } from '../core/outcome/status.ts';
import { clean } from '../core/text/clean.ts';
import { plural } from '../core/text/wording.ts';
import { type Look, shown, wrap } from './lines.ts';

/** One message on one line: what became of it. */
export function messageLine(message: Message, look: Look): string {
  const { paint } = look;
  const { to, state, sid = '', status = '', code, segments } = message;
  const who = shown(to, look);
  switch (state) {
    case 'accepted':
      if (isFailedStatus(status))
        return `${paint.red(`✗ ${status}`)}  ${clean(sid)}  to ${who}  ${code ?? ''} ${reasonOf(message, look)}`;
      return `${paint.green('✓ accepted')}  ${clean(sid)}  ${clean(status)}  to ${who}${segments > 1 ? `  ${plural(segments, 'segment')}` : ''}`;
    case 'rejected':
    case 'invalid':
      return `${paint.red(`✗ ${state}`)}  to ${who}  ${code ?? ''} ${reasonOf(message, look)}`;
    case 'unknown':
      return `${paint.yellow('? unknown')}  to ${who}  ${reasonOf(message, look)}: it may have been sent`;
    default:
      return `${paint.cyan(`· ${state}`)}  to ${who}  ${reasonOf(message, look)}`;
  }
}

/** One message and every receipt of it, in the order they were heard. */
export function historyLines(message: Message, receipts: readonly StatusUpdate[], look: Look): string[] {
  const { paint } = look;
  const { code } = message;
  const known = code === undefined ? undefined : explainCode(code);
  return [
    messageLine(message, look),
    ...receipts.map(({ at, status, code, source }) => {
      const when = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
      return `  ${paint.dim(`${when} UTC`)}  ${clean(status)}${code === undefined ? '' : ` ${code}`}  ${paint.dim(`by ${source}`)}`;
    }),
    ...(message.state === 'accepted' && known ? [`  ${wrap(`${known.meaning}. ${known.hint}`, look.width, 2)}`] : []),
  ];
}

function reasonOf({ code, reason = '', issues }: Message, look: Look): string {
  if (issues.length > 0) {
    return issues.map(({ column, problem }) => `${clean(column)} ${shown(problem, look)}`).join('; ');
  }
  const known = code === undefined ? undefined : explainCode(code);
  return known ? `${known.meaning}. ${known.hint}` : shown(reason, look);
}

/** One attempt on one line, for `--verbose`. */
export function attemptLine(to: string, result: SendResult, look: Look): string {
  const what =
    result.kind === 'accepted'
      ? clean(result.sid)
      : shown('code' in result ? `${result.code} ${result.reason}` : result.reason, look);
  return `${result.kind.padEnd(8)}  ${shown(to, look)}  ${what}`;
}
