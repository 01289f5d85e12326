import type { MessageRequest, SendResult } from '../src/core/message.ts';
import type { Transport } from '../src/transport/transport.ts';

/** Says what becomes of a request: `attempt` counts those to the same recipient, `n` all of them, from 1. */
export type Script = (
  request: MessageRequest,
  attempt: number,
  n: number,
) => SendResult | undefined | Promise<SendResult | undefined>;

/** The half of a transport that looks things up, at a Twilio that knows nothing. */
export const asksNothing: Omit<Transport, 'send' | 'list' | 'account' | 'close'> = {
  fetch: async () => undefined,
  recent: async () => ({ ok: true, messages: [] }),
  feedback: async () => undefined,
  media: async () => ({ ok: true, value: [] }),
  download: async () => ({ ok: false, reason: 'none' }),
  redact: async () => undefined,
  remove: async () => undefined,
  prices: async () => undefined,
  balance: async () => ({ ok: true, value: { amount: 20, currency: 'USD' } }),
  senderProblem: async () => ({ ok: true, value: undefined }),
  mayText: async () => ({ ok: true, value: true }),
  cancel: async () => ({ ok: false, reason: 'not scheduled' }),
  clockAheadMs: () => 0,
};

/** Takes everything, unless a script says otherwise; keeps what it took. */
export function scriptedTransport(
  script?: Script,
): Transport & { readonly sent: MessageRequest[]; readonly tried: MessageRequest[] } {
  const sent: MessageRequest[] = [];
  const tried: MessageRequest[] = [];
  return {
    sent,
    tried,
    send: async (request) => {
      tried.push(request);
      const n = tried.length;
      const attempt = tried.filter(({ to }) => to === request.to).length;
      const taken: SendResult = {
        kind: 'accepted',
        sid: `SM${n.toString(16).padStart(32, '0')}`,
        status: 'queued',
        segments: 1,
      };
      const result = (await script?.(request, attempt, n)) ?? taken;
      if (result.kind === 'accepted') sent.push(request);
      return result;
    },
    list: async () => ({ ok: true, messages: [], clockAheadMs: 0 }),
    account: async () => ({ sid: 'AC', name: 'Test', status: 'active', type: 'Full', clockAheadMs: 0 }),
    ...asksNothing,
    close: () => undefined,
  };
}
