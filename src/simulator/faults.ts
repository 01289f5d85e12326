import { didYouMean } from '../core/text/nearest.ts';
import { CliError } from '../errors.ts';

/** What can go wrong with a create request. */
const createFaults = {
  '429': 'refused as too many, Retry-After 1 s',
  '429-date': 'the same, Retry-After as a date',
  '429-huge': 'the same, Retry-After a day',
  '429-zero': 'the same, Retry-After 0',
  '429-absurd': 'the same, Retry-After 20 nines',
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
  slow: 'the answer comes late, after 2 s',
  'byte-a-second': 'the answer comes one byte a second',
} as const;

/** What can be different about a message that was created, and how it ends. */
const messageFaults = {
  'rewritten-body': 'the body differs from what was sent (smart encoding)',
  'trial-prefix': 'the body starts with the trial account’s prefix',
  'short-links': 'the links in the body are shortened',
  'null-from': 'the resource has no sender',
  'list-lag': 'lists show the message only after 5 s',
  'list-omission': 'lists never show the message',
  undelivered: 'ends undelivered (30003)',
  failed: 'ends failed (30008)',
  'callback-lost': 'its callbacks never come',
  'callback-double': 'each callback comes twice',
  'callback-reorder': 'its callbacks come in the wrong order',
  'callback-early': 'a callback comes before the create’s answer',
  'callback-forged': 'with each comes one that is signed wrong and says failed',
  'callback-huge': 'its callbacks carry 100 KB of nothing',
} as const;

/** What can go wrong with the service as a whole. */
const serviceFaults = {
  'list-failing': 'a list request answers HTTP 500',
  'list-busy': 'a list request is refused as too many, Retry-After 1 s',
  'clock-skew': 'Twilio’s clock is 90 s ahead',
} as const;

/** Something that goes wrong with one create request. */
export type CreateFault = keyof typeof createFaults;
/** Something that is different about one created message. */
export type MessageFault = keyof typeof messageFaults;
type ServiceFault = keyof typeof serviceFaults;
/** Anything that can go wrong here. */
export type FaultName = CreateFault | MessageFault | ServiceFault;

const abouts: Readonly<Record<FaultName, string>> = { ...createFaults, ...messageFaults, ...serviceFaults };

/** The name of every fault. */
export const faultNames = Object.keys(abouts) as readonly FaultName[];

/** Every fault, with what it does. */
export const faults = faultNames.map((name) => ({ name, about: abouts[name] }));

/** A fault and how often it comes, 0 to 1. */
export interface FaultShare {
  readonly name: FaultName;
  readonly share: number;
}

/** Decides what goes wrong, always the same for a seed and an order of requests. */
export interface FaultDice {
  readonly onCreate: () => CreateFault | undefined;
  readonly onMessage: () => ReadonlySet<MessageFault>;
  readonly onService: (fault: ServiceFault) => boolean;
}

/** Reads `429=0.1`. Throws a `CliError` for an unknown name or a share that is none. */
export function parseFault(text: string): FaultShare {
  const at = text.lastIndexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const share = text.slice(at + 1);
  const known = faultNames.find((fault) => fault === name);
  if (known === undefined) {
    throw new CliError('usage', `There is no fault ${name}.`, {
      hint: didYouMean(name, faultNames, `There are: ${faultNames.join(', ')}.`),
    });
  }
  if (at < 0 || !/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(share)) {
    throw new CliError('usage', `--fault ${text}: the share must be 0 to 1, as ${name}=0.1.`);
  }
  return { name: known, share: Number(share) };
}

/** Dice for these shares. Create faults exclude each other: their shares add up, and a `CliError` says when to above 1. */
export function faultDice(shares: readonly (string | FaultShare)[], seed: number): FaultDice {
  const textOf = ({ name, share }: FaultShare) => `${name}=${share.toFixed(9)}`;
  const parsed = shares.map((share) => parseFault(typeof share === 'string' ? share : textOf(share)));
  const among = (names: object) => parsed.filter(({ name }) => Object.hasOwn(names, name));
  const ofCreate = among(createFaults);
  const ofMessage = among(messageFaults);
  // A little above 1 is only how 0.1 + 0.2 adds up.
  if (ofCreate.reduce((sum, { share }) => sum + share, 0) > 1.000001) {
    throw new CliError('usage', 'The shares of faults of one create add up to more than 1.');
  }
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
      const share = parsed.find(({ name }) => name === fault)?.share ?? 0;
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
