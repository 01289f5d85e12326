import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { MessageFault } from './faults.ts';

/** What was really created: never changed, never removed. */
export interface CreatedMessage {
  readonly sid: string;
  readonly accountSid: string;
  readonly to: string;
  /** Every parameter of the request, in its order. */
  readonly parameters: readonly [name: string, value: string][];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly faults: readonly MessageFault[];
}

/** A created message and what has happened to it since. */
export interface StoredMessage {
  readonly truth: CreatedMessage;
  body: string;
  mediaSids: string[];
  isCanceled: boolean;
  isDeleted: boolean;
  updatedAt: number;
  feedback?: string;
}

/** Twilio's database, and beside it the truth that tests hold results against. */
export interface Store {
  readonly create: (message: Omit<CreatedMessage, 'sid'>) => StoredMessage;
  readonly get: (sid: string) => StoredMessage | undefined;
  /** Newest first; by recipient when one is given. */
  readonly list: (to: string | undefined) => readonly StoredMessage[];
  readonly truth: () => readonly CreatedMessage[];
}

/** A store. With `truthFile` it is kept on disk, a line a message, and read again at the next start. */
export function openStore(truthFile?: string): Store {
  const truth: CreatedMessage[] = [];
  const bySid = new Map<string, StoredMessage>();
  const byTo = new Map<string, StoredMessage[]>();

  const keep = (message: CreatedMessage): StoredMessage => {
    const parameters = new URLSearchParams([...message.parameters]);
    const stored: StoredMessage = {
      truth: message,
      body: storedBody(parameters.get('Body') ?? '', message.faults),
      mediaSids: parameters
        .getAll('MediaUrl')
        .map((_, i) => `ME${message.sid.slice(2, 30)}${String(i).padStart(4, '0')}`),
      isCanceled: false,
      isDeleted: false,
      updatedAt: message.createdAt,
    };
    truth.push(message);
    bySid.set(message.sid, stored);
    const same = byTo.get(message.to);
    if (same) same.push(stored);
    else byTo.set(message.to, [stored]);
    return stored;
  };

  if (truthFile !== undefined && existsSync(truthFile)) {
    const lines = readFileSync(truthFile, 'utf8').split('\n');
    for (const line of lines) if (line !== '') keep(JSON.parse(line) as CreatedMessage);
  }
  return {
    create: (message) => {
      const hasMedia = message.parameters.some(([name]) => name === 'MediaUrl');
      const created = { ...message, sid: newSid(hasMedia ? 'MM' : 'SM') };
      if (truthFile !== undefined) appendFileSync(truthFile, `${JSON.stringify(created)}\n`);
      return keep(created);
    },
    get: (sid) => {
      const stored = bySid.get(sid);
      return stored?.isDeleted ? undefined : stored;
    },
    list: (to) => {
      const all = to === undefined ? [...bySid.values()] : [...(byTo.get(to) ?? [])];
      return all.filter(({ isDeleted }) => !isDeleted).reverse();
    },
    truth: () => truth,
  };
}

/** Not from the seed: a ledger that outlives one simulator must not meet the same SID from the next. */
const newSid = (prefix: string): string => prefix + randomBytes(16).toString('hex');

/** What Twilio does to a text between taking it and listing it. */
function storedBody(body: string, faults: readonly MessageFault[]): string {
  const smart = faults.includes('rewritten-body')
    ? body.replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replace(/…/g, '...').trimEnd()
    : body;
  return faults.includes('trial-prefix') ? `Sent from your Twilio trial account - ${smart}` : smart;
}
