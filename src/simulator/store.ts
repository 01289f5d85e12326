import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { CliError } from '../errors.ts';
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
  /** Its place in the truth. */
  readonly index: number;
  body: string;
  mediaSids: string[];
  isCanceled: boolean;
  isDeleted: boolean;
  updatedAt: number;
}

/** Twilio's database, and beside it the truth that tests hold results against. */
export interface Store {
  readonly create: (message: Omit<CreatedMessage, 'sid'>) => StoredMessage;
  readonly get: (sid: string) => StoredMessage | undefined;
  /** Oldest first, deleted ones too; by recipient when one is given. */
  readonly all: (to: string | undefined) => readonly StoredMessage[];
  readonly truth: () => readonly CreatedMessage[];
  readonly close: () => void;
}

/**
 * A store. With `truthFile` it is kept on disk, a line a message, and read again at the next start.
 * Throws a `CliError` for a file that cannot be used or holds something else.
 */
export function openStore(truthFile?: string): Store {
  const truth: CreatedMessage[] = [];
  const stored: StoredMessage[] = [];
  const bySid = new Map<string, StoredMessage>();
  const byTo = new Map<string, StoredMessage[]>();

  const keep = (created: CreatedMessage): StoredMessage => {
    const message = toStored(created, truth.length);
    truth.push(created);
    stored.push(message);
    bySid.set(created.sid, message);
    const same = byTo.get(created.to);
    if (same) same.push(message);
    else byTo.set(created.to, [message]);
    return message;
  };
  const file = truthFile === undefined ? undefined : openTruthFile(truthFile, keep);
  return {
    create: (message) => {
      const hasMedia = message.parameters.some(([name, value]) => name === 'MediaUrl' && value !== '');
      const created = { ...message, sid: newSid(hasMedia ? 'MM' : 'SM') };
      file?.append(created);
      return keep(created);
    },
    get: (sid) => {
      const message = bySid.get(sid);
      return message?.isDeleted ? undefined : message;
    },
    all: (to) => (to === undefined ? stored : (byTo.get(to) ?? [])),
    truth: () => truth,
    close: () => file?.close(),
  };
}

function toStored(truth: CreatedMessage, index: number): StoredMessage {
  const parameters = new URLSearchParams([...truth.parameters]);
  return {
    truth,
    index,
    body: storedBody(parameters.get('Body') ?? '', truth.faults),
    mediaSids: parameters
      .getAll('MediaUrl')
      .filter((url) => url !== '')
      .map((_, i) => `ME${truth.sid.slice(2, 30)}${String(i).padStart(4, '0')}`),
    isCanceled: false,
    isDeleted: false,
    updatedAt: truth.createdAt,
  };
}

interface TruthFile {
  readonly append: (message: CreatedMessage) => void;
  readonly close: () => void;
}

/** Opens a truth file to append to, after giving each message it holds to `keep`. */
function openTruthFile(path: string, keep: (message: CreatedMessage) => void): TruthFile {
  try {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // A line without its end was cut off by a crash before its create was answered.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n')) if (line !== '') keep(JSON.parse(line) as CreatedMessage);
    let file: number | undefined = openSync(path, 'a');
    if (whole !== text) ftruncateSync(file, Buffer.byteLength(whole));
    return {
      append: (message) => void (file !== undefined && writeSync(file, `${JSON.stringify(message)}\n`)),
      close: () => {
        if (file !== undefined) closeSync(file);
        file = undefined;
      },
    };
  } catch (cause) {
    throw new CliError('usage', `The truth file ${path} cannot be used: ${(cause as Error).message}`, {
      hint: 'Give a file that a simulator wrote, or one that does not exist yet.',
      cause,
    });
  }
}

/** Not from the seed: a ledger that outlives one simulator must not meet the same SID from the next. */
const newSid = (prefix: string): string => prefix + randomBytes(16).toString('hex');

/** What Twilio does to a text between taking it and listing it. */
function storedBody(body: string, faults: readonly MessageFault[]): string {
  const smart = faults.includes('rewritten-body')
    ? body.replace(/[’‘]/g, "'").replace(/[“”]/g, '"').replace(/…/g, '...').trimEnd()
    : body;
  const short = faults.includes('short-links') ? smart.replace(/https?:\/\/\S+/g, 'https://twil.io/j9kj9K3huK') : smart;
  return faults.includes('trial-prefix') ? `Sent from your Twilio trial account - ${short}` : short;
}
