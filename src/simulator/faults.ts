import { CliError } from '../errors.ts';

/** What can go wrong with a create request. */
const createFaults = {
  '429': 'refused as too many, Retry-After 1 s',
  '429-date': 'the same, Retry-After as a date',
  '429-huge': 'the same, Retry-After a day',
  '500-before': 'HTTP 500, nothing created',
  '500-after': 'HTTP 500, but the message was created',
  '502-before': 'HTTP 502, nothing created',
  '502-after': 'HTTP 502, but created',
  '503-before': 'HTTP 503, nothing created',
  '503-after': 'HTTP 503, but created',
  '504-before': 'HTTP 504, nothing created',
  '504-after': 'HTTP 504, but created',
  'reset-before-read': 'connection reset before the request is read',
  'reset-after-read': 'connection reset after it is read, nothing created',
  'reset-after-create': 'connection reset after the message was created',
  'fin-mid-headers': 'connection closed in the middle of the answer’s headers, created',
  'torn-201': 'the 201 ends in the middle of its JSON, created',
  'bad-json-201': 'a 201 that is not JSON, created',
  'html-201': 'a 201 with an HTML page, created',
  'wrong-sid-201': 'a 201 with a SID that is none, created',
  redirect: 'HTTP 302 to elsewhere, nothing created',
  hang: 'no answer ever, nothing created',
  'hang-created': 'no answer ever, but created',
  'late-create': 'no answer, and created only when the client has gone',
  slow: 'the answer comes after 2 s',
  'byte-a-second': 'the answer comes one byte a second',
} as const;

/** What can be odd about a message that was created, and how it ends. */
const messageFaults = {
  'rewritten-body': 'the body differs from what was sent (smart encoding)',
  'trial-prefix': 'the body starts with the trial account’s prefix',
  'null-from': 'the resource has no sender',
  'list-lag': 'lists show the message only after 5 s',
  'list-omission': 'lists never show the message',
  undelivered: 'ends undelivered (30003)',
  failed: 'ends failed (30008)',
  'callback-lost': 'its callbacks never come',
  'callback-double': 'each callback comes twice',
  'callback-reorder': 'its callbacks come in the wrong order',
  'callback-early': 'its first callback comes before the create’s answer',
  'callback-forged': 'a callback with a wrong signature comes too',
  'callback-huge': 'its callbacks carry 100 KB of nothing',
} as const;

/** What can go wrong with the service as a whole. */
const serviceFaults = {
  'list-failing': 'a list request answers HTTP 500',
  'clock-skew': 'Twilio’s clock is 90 s ahead',
} as const;

/** Something that goes wrong with one create request. */
export type CreateFault = keyof typeof createFaults;
/** Something that is odd about one created message. */
export type MessageFault = keyof typeof messageFaults;
type ServiceFault = keyof typeof serviceFaults;

const abouts: Readonly<Record<string, string>> = { ...createFaults, ...messageFaults, ...serviceFaults };

/** Every fault, with what it does. */
export const faults: readonly { readonly name: string; readonly about: string }[] = Object.entries(abouts).map(
  ([name, about]) => ({ name, about }),
);

/** Decides what goes wrong, always the same for a seed and an order of requests. */
export interface FaultDice {
  readonly onCreate: () => CreateFault | undefined;
  readonly onMessage: () => ReadonlySet<MessageFault>;
  readonly onService: (fault: ServiceFault) => boolean;
}

/** Reads `429=0.1`. Throws a `CliError` for an unknown name or a share that is none. */
export function parseFault(text: string): { readonly name: string; readonly share: number } {
  const [name = '', share = ''] = text.split('=');
  if (!Object.hasOwn(abouts, name)) {
    throw new CliError('usage', `There is no fault ${name}.`, { hint: `There are: ${Object.keys(abouts).join(', ')}` });
  }
  if (!/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(share)) {
    throw new CliError('usage', `--fault ${text}: the share must be 0 to 1, as ${name}=0.1.`);
  }
  return { name, share: Number(share) };
}

/** Dice for these shares. Create faults exclude each other, so their shares add up. */
export function faultDice(texts: readonly string[], seed: number): FaultDice {
  const shares = texts.map(parseFault);
  const among = (names: object) => shares.filter(({ name }) => Object.hasOwn(names, name));
  const ofCreate = among(createFaults);
  const ofMessage = among(messageFaults);
  const rolls = { create: seededRandom(seed), message: seededRandom(seed + 1), service: seededRandom(seed + 2) };
  return {
    onCreate: () => {
      let roll = ofCreate.length > 0 ? rolls.create() : 1;
      for (const { name, share } of ofCreate) {
        if (roll < share) return name as CreateFault;
        roll -= share;
      }
      return undefined;
    },
    onMessage: () =>
      new Set(ofMessage.filter(({ share }) => rolls.message() < share).map(({ name }) => name as MessageFault)),
    onService: (fault) => {
      const share = shares.find(({ name }) => name === fault)?.share ?? 0;
      return share > 0 && rolls.service() < share;
    },
  };
}

/** Mulberry32: small, even enough, and the same everywhere. Gives numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
