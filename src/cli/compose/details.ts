import { type ParameterKey, parameterOf, senderKey } from '../../core/request/parameters.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { parseTime } from '../../core/time.ts';
import { localTime } from '../../ui/lines.ts';
import { liveInput } from '../ask/live-input.ts';
import type { Dialog } from './dialog.ts';

/** True when a sender is known: a number, a name, or a messaging service. */
export function hasSender({ from, messagingServiceSid }: RawRequest): boolean {
  return (from ?? '') !== '' || (messagingServiceSid ?? '') !== '';
}

/** Asks for the sender, which the dialog then remembers. Undefined: back. */
export async function askSender({ ask, planContext, memory }: Dialog, initial = ''): Promise<RawRequest | undefined> {
  const text = await ask(liveInput, {
    message: 'From',
    initial,
    note: () => 'Your number, name, or messaging service (MG…). Enter takes it, Esc goes back.',
    problem: (typed) => problemOf(senderKey(typed.trim()), typed, planContext),
  });
  if (text === undefined) return undefined;
  const sender = text.trim();
  const chosen = { from: '', messagingServiceSid: '', [senderKey(sender)]: sender };
  memory.sender = chosen;
  return chosen;
}

/** Asks for the web addresses of pictures; an empty answer removes them. Undefined: back. */
export async function askMedia({ ask, planContext }: Dialog, initial: string): Promise<readonly string[] | undefined> {
  const listed = (text: string) => text.split(/\s+/).filter((url) => url !== '');
  const text = await ask(liveInput, {
    message: 'Picture (web address)',
    initial,
    note: () => 'Several with spaces between, none takes them away. Enter takes it, Esc goes back.',
    problem: (typed) =>
      listed(typed)
        .map((url) => problemOf('mediaUrl', url, planContext))
        .find((problem) => problem),
  });
  return text === undefined ? undefined : listed(text);
}

/** Asks when to send. Undefined: back; empty: now. */
export async function askTime({ ask, planContext, context }: Dialog): Promise<string | undefined> {
  const { parse } = await import('chrono-node');
  const toTime = (text: string): string | undefined => {
    if (text.trim().startsWith('+')) return text.trim();
    const parsed = parseTime(text, context.now(), 'ahead');
    if ('value' in parsed) return new Date(parsed.value).toISOString();
    const date = parse(text, new Date(context.now()), { forwardDate: true })[0]?.date();
    return date?.toISOString();
  };
  const text = await ask(liveInput, {
    message: 'When',
    note: (typed) => {
      const time = toTime(typed);
      const said = time === undefined || time.startsWith('+') ? '' : `${localTime(time)} here. `;
      return `${said}As "tomorrow 9:00" or +2h; empty is now. Enter takes it, Esc goes back.`;
    },
    problem: (typed) => {
      if (typed.trim() === '') return undefined;
      const time = toTime(typed);
      return time === undefined ? 'That is no time.' : problemOf('sendAt', time, planContext);
    },
  });
  return text === undefined ? undefined : (toTime(text) ?? '');
}

function problemOf(key: ParameterKey, text: string, planContext: Dialog['planContext']): string | undefined {
  if (text.trim() === '') return 'Say which.';
  const parsed = parameterOf(key).parse(text.trim(), planContext);
  return 'problem' in parsed ? `It ${parsed.problem}.${parsed.hint ? ` ${parsed.hint}` : ''}` : undefined;
}
