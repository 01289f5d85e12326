import { once } from 'node:events';
import { join } from 'node:path';
import { type Command, programs, start, type Used, used } from './processes.ts';

/** What the provider saw. */
export interface Count {
  readonly messages: number;
  /** The most requests that had come and were not answered yet. */
  readonly mostOut: number;
  /** When the first request came and the last answer left, in milliseconds of a clock of its own. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** How many were answered in each tenth of a second since the first request came. */
  readonly tenths: readonly number[];
}

export interface Provider {
  readonly settings: Readonly<Record<'VOLLEY_API_URL' | 'BENCH_URL', string>>;
  /** What it saw since it was last asked; throws unless it took so many messages, at most so many at once. */
  count(messages: number, connections: number): Promise<Count>;
  stop(): void;
}

/** Starts a provider that answers after so long, in a process of its own. */
export async function startProvider(latencyMs: number): Promise<Provider> {
  const child = start([process.execPath, join(programs, 'provider.js'), String(latencyMs)]);
  const [line] = await once(child.stdout, 'data');
  const url = String(line).trim();
  return {
    settings: { VOLLEY_API_URL: url, BENCH_URL: url },
    count: async (messages, connections) => {
      const count = (await (await fetch(`${url}/count`)).json()) as Count;
      if (count.messages !== messages) throw new Error(`${count.messages} messages came in place of ${messages}`);
      if (count.mostOut > connections) throw new Error(`${count.mostOut} requests were out in place of ${connections}`);
      return count;
    },
    stop: () => child.kill(),
  };
}

/** A program that sent something: what it used, and what the provider saw of it. */
export type Sent = Used & Count;

/** Runs a program that sends so many messages, so many at once. */
export async function sends(
  command: Command,
  provider: Provider,
  messages: number,
  connections: number,
): Promise<Sent> {
  const usage = await used(command, provider.settings);
  return { ...usage, ...(await provider.count(messages, connections)) };
}
