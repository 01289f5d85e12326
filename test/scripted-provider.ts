import type { MessageRequest, SendResult } from '../src/core/message.ts';
import type { Provider } from '../src/provider/provider.ts';

/** Says what becomes of a request: `attempt` counts those to the same recipient, `n` all of them, from 1. */
export type Script = (
  request: MessageRequest,
  attempt: number,
  n: number,
) => SendResult | undefined | Promise<SendResult | undefined>;

/** An answer never comes in the turn of the event loop in which it was asked for: no network is that fast. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const later =
  <T>(answer: T) =>
  async (): Promise<T> => {
    await nextTurn();
    return answer;
  };

/** The half of a provider that looks things up, at a Twilio that knows nothing. */
export const asksNothing: Omit<Provider, 'send' | 'list' | 'account' | 'close'> = {
  clockAheadMs: () => undefined,
  fetch: later(undefined),
  recent: later({ ok: true, messages: [] }),
  feedback: later(undefined),
  media: later({ ok: true, value: [] }),
  download: later({ ok: false, reason: 'none' }),
  redact: later(undefined),
  remove: later(undefined),
  prices: later(undefined),
  balance: later({ ok: true, value: { amount: 20, currency: 'USD' } }),
  senderProblem: later({ ok: true, value: undefined }),
  mayText: later({ ok: true, value: true }),
  cancel: later({ ok: false, reason: 'not scheduled' }),
};

const heldBack: SendResult = { kind: 'retry', cause: 'unreachable', reason: 'held back' };

/** Takes everything, unless a script says otherwise; keeps what it took. `connect`: the way there, before a request leaves. */
export function scriptedProvider(
  script?: Script,
  connect?: (request: MessageRequest) => Promise<void>,
): Provider & { readonly sent: MessageRequest[]; readonly tried: MessageRequest[] } {
  const sent: MessageRequest[] = [];
  const tried: MessageRequest[] = [];
  let hasAnswered = false;
  return {
    sent,
    tried,
    send: async (request, { mayLeave } = {}) => {
      tried.push(request);
      const n = tried.length;
      const attempt = tried.filter(({ to }) => to === request.to).length;
      const taken: SendResult = {
        kind: 'accepted',
        sid: `SM${n.toString(16).padStart(32, '0')}`,
        status: 'queued',
        segments: 1,
      };
      await connect?.(request);
      const result = mayLeave && !(await mayLeave()) ? heldBack : ((await script?.(request, attempt, n)) ?? taken);
      await nextTurn();
      hasAnswered = true;
      if (result.kind === 'accepted') sent.push(request);
      return result;
    },
    list: later({ ok: true, messages: [], clockAheadMs: 0 }),
    account: later({ sid: 'AC', name: 'Test', status: 'active', type: 'Full', clockAheadMs: 0 }),
    ...asksNothing,
    clockAheadMs: () => (hasAnswered ? 0 : undefined),
    close: () => undefined,
  };
}
