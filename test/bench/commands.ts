import { join } from 'node:path';
import { type Command, folder, programs } from './processes.ts';

/** volley as it is installed. */
export const volley = (...args: string[]): Command => [process.execPath, join(process.cwd(), 'bin/volley.js'), ...args];

let ledgers = 0;

/** A ledger that is not there yet. */
export const freshLedger = (): string => join(folder, `${++ledgers}.db`);

export interface BatchOptions {
  readonly connections?: number;
  readonly ledger?: string;
  readonly campaign?: string;
  /** Write all down, and send so many of them. */
  readonly limit?: number;
  /** Whether the list says who sends each row. */
  readonly senders?: 'one' | 'of the list';
}

/** A campaign from a list; its plan is asked no question about, and nothing is printed when all goes well. */
export function batch(list: string, options: BatchOptions): Command {
  const { connections = 64, ledger = freshLedger(), campaign, limit, senders = 'one' } = options;
  const from = senders === 'one' ? ['--from', '+14165550199'] : [];
  const named = campaign === undefined ? [] : ['--campaign', campaign];
  const limited = limit === undefined ? [] : ['--limit', String(limit)];
  const run = ['--yes', '--quiet', '--concurrency', String(connections), '--ledger', ledger];
  return volley('batch', list, ...from, '--body', 'Hi {{ name }}', ...named, ...limited, ...run);
}

/** volley's exit code when a limit has left something to send. */
export const someLeft = 8;

export const sdkLoop = (list: string, connections: number): Command => peer('sdk.js', list, connections);
export const httpLoop = (list: string, connections: number): Command => peer('http.js', list, connections);
export const gotLoop = (list: string, connections: number): Command => peer('got.js', list, connections);

const peer = (script: string, list: string, connections: number): Command => [
  process.execPath,
  join(programs, 'peers', script),
  list,
  String(connections),
];

export const curlLoop = (list: string, connections: number): Command => [
  'sh',
  join(programs, 'peers/curl.sh'),
  list,
  String(connections),
];
