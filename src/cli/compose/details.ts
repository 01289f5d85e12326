import { type ParameterKey, parameterOf, senderKey } from '../../core/request/parameters.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { localTime } from '../../ui/lines.ts';
import { liveInput } from '../ask/live-input.ts';
import type { Desk } from './desk.ts';

/** True when a sender is known: a number, a name, or a messaging service. */
export function hasSender({ from, messagingServiceSid }: RawRequest): boolean {
  return (from ?? '') !== '' || (messagingServiceSid ?? '') !== '';
}

/** Asks who the message comes from. Undefined: back. */
export async function askSender({ ask, plan }: Desk, initial = ''): Promise<RawRequest | undefined> {
  const text = await ask(liveInput, {
    message: 'From',
    initial,
    note: () => 'Your number, name, or messaging service (MG…). Enter takes it, Esc goes back.',
    problem: (typed) => problemOf(senderKey(typed.trim()), typed, plan),
  });
  if (text === undefined) return undefined;
  const sender = text.trim();
  return { [senderKey(sender)]: sender };
}

/** Asks for a picture's address; nothing takes pictures away. Undefined: back. */
export async function askMedia({ ask, plan }: Desk, initial: string): Promise<readonly string[] | undefined> {
  const listed = (text: string) => text.split(/\s+/).filter((url) => url !== '');
  const text = await ask(liveInput, {
    message: 'Picture (web address)',
    initial,
    note: () => 'Several with spaces between, none takes them away. Enter takes it, Esc goes back.',
    problem: (typed) =>
      listed(typed)
        .map((url) => problemOf('mediaUrl', url, plan))
        .find((problem) => problem),
  });
  return text === undefined ? undefined : listed(text);
}

/** Asks when to send. Undefined: back; empty: now. */
export async function askTime({ ask, plan, context }: Desk): Promise<string | undefined> {
  const { parse } = await import('chrono-node');
  const read = (text: string): string | undefined => {
    if (/^\+\d+[smhd]$/.test(text.trim())) return text.trim();
    const date = parse(text, new Date(context.now()), { forwardDate: true })[0]?.date();
    return date?.toISOString();
  };
  const text = await ask(liveInput, {
    message: 'When',
    note: (typed) => {
      const time = read(typed);
      const said = time === undefined || time.startsWith('+') ? '' : `${localTime(time)} here. `;
      return `${said}As "tomorrow 9:00" or +2h; empty is now. Enter takes it, Esc goes back.`;
    },
    problem: (typed) => {
      if (typed.trim() === '') return undefined;
      const time = read(typed);
      return time === undefined ? 'That is no time.' : problemOf('sendAt', time, plan);
    },
  });
  return text === undefined ? undefined : (read(text) ?? '');
}

function problemOf(key: ParameterKey, text: string, plan: Desk['plan']): string | undefined {
  if (text.trim() === '') return 'Say which.';
  const parsed = parameterOf(key).parse(text.trim(), plan);
  return 'problem' in parsed ? `It ${parsed.problem}.${parsed.hint ? ` ${parsed.hint}` : ''}` : undefined;
}
