import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Provider } from '../../src/provider/provider.ts';

/** Bugs of the past that come back on purpose, put into the ports of a run: whoever tests must find each of them. */
export const mutations = {
  spin: 'an idle lane waits for the others in a loop of microtasks, in which no answer can come',
  'clock-step': 'a message of ours outside the time in which it should have been created counts as absent',
  'lost-lease': 'a run that stood still goes on as if nobody had taken over meanwhile',
  'early-look': 'the lease is looked at before the connection is made, and a process may stand still meanwhile',
  'wall-clock': 'durations are measured by the wall clock, which steps',
  'limit-per-round': 'the limit starts afresh each time unknown messages have been settled',
} as const;

/** The name of one. */
export type Mutation = keyof typeof mutations;

/** What a run works with. */
export interface Ports {
  readonly ledger: Ledger;
  readonly provider: Provider;
}

/** The machine's clock and how long a request may take, both in milliseconds. */
interface Times {
  readonly wall: () => number;
  readonly timeoutMs: number;
}

/** The same ports with the bug in them. */
export function mutate(ports: Ports, mutation: Mutation | undefined, times: Times): Ports {
  switch (mutation) {
    case 'spin':
      return spinning(ports);
    case 'clock-step':
      return { ...ports, provider: forgettingOldOnes(ports, times) };
    case 'lost-lease':
      return { ...ports, ledger: replaced(ports.ledger, { renew: async () => true }) };
    case 'early-look':
      return { ...ports, provider: lookingEarly(ports.provider) };
    default:
      return ports;
  }
}

function lookingEarly(provider: Provider): Provider {
  const send: Provider['send'] = async (request, options) => {
    const answer = (await options?.mayLeave?.()) ?? true;
    return provider.send(request, { mayLeave: () => answer });
  };
  return replaced(provider, { send });
}

function replaced<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get: (object, name) => Reflect.get(methods, name) ?? Reflect.get(object, name),
  });
}

function spinning({ ledger, provider }: Ports): Ports {
  let out = 0;
  const send: Provider['send'] = async (request, options) => {
    out++;
    const result = await provider.send(request, options);
    out--;
    return result;
  };
  const claim = async (...args: Parameters<Ledger['claim']>): Promise<unknown> => {
    const claimed = await ledger.claim(...args);
    while (countOf(claimed) === 0 && out > 0) await undefined;
    return claimed;
  };
  return {
    ledger: replaced(ledger, { claim: claim as Ledger['claim'] }),
    provider: replaced(provider, { send }),
  };
}

function countOf(claimed: unknown): number {
  return Array.isArray(claimed) ? claimed.length : (claimed as { readonly claims: readonly unknown[] }).claims.length;
}

/** Twilio's dates have whole seconds; a request that was given up on may still be worked off. In milliseconds. */
const slack = { before: 2000, after: 60_000 };

/** The window hangs on the wall clock at the request and on how far Twilio's is ahead now: a step between moves it. */
function forgettingOldOnes({ provider }: Ports, { wall, timeoutMs }: Times): Provider {
  const askedAt = new Map<string, number>();
  return replaced(provider, {
    send: async (request, options) => {
      askedAt.set(request.to, wall());
      return provider.send(request, options);
    },
    list: async (to, accountSid) => {
      const list = await provider.list(to, accountSid);
      if (!list.ok) return list;
      const at = (askedAt.get(to) ?? wall()) + (list.clockAheadMs ?? 0);
      const isInTime = (createdAt: number) =>
        createdAt >= at - slack.before && createdAt <= at + timeoutMs + slack.after;
      return { ...list, messages: list.messages.filter(({ createdAt }) => isInTime(createdAt)) };
    },
  });
}
