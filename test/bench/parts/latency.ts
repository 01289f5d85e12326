import { batch, gotLoop, httpLoop, sdkLoop } from '../commands.ts';
import { listOf } from '../lists.ts';
import { inTurns } from '../processes.ts';
import { type Count, type Provider, type Sent, sends, startProvider } from '../provider.ts';

export interface Latency {
  readonly latencyMs: number;
  readonly points: readonly LatencyPoint[];
}

/** How long a run would take at the limit. */
const secondsOfSending = 15;

interface LatencyPoint {
  readonly connections: number;
  /** The most messages a second that so many connections can send at this latency. */
  readonly limit: number;
  readonly runs: Readonly<Record<'volley' | 'got' | 'sdk' | 'http', readonly Sent[]>>;
}

/** How near to what the latency allows the sending comes, by connections, and whether it stays within them. */
export async function measureLatency(rounds: number): Promise<Latency> {
  const latencyMs = 80;
  const provider = await startProvider(latencyMs);
  const points: LatencyPoint[] = [];
  for (const connections of [16, 50, 100, 160]) {
    // Of the smaller ones, which are easy to keep up with, once is enough.
    points.push(await measurePoint({ connections, latencyMs, rounds: connections < 100 ? 1 : rounds, provider }));
  }
  provider.stop();
  return { latencyMs, points };
}

interface PointOptions {
  readonly connections: number;
  readonly latencyMs: number;
  readonly rounds: number;
  readonly provider: Provider;
}

async function measurePoint({ connections, latencyMs, rounds, provider }: PointOptions): Promise<LatencyPoint> {
  const limit = (1000 / latencyMs) * connections;
  const rows = limit * secondsOfSending;
  const list = await listOf(rows);
  const runs = await inTurns(rounds, {
    volley: () => sends(batch(list, { connections }), provider, rows, connections),
    got: () => sends(gotLoop(list, connections), provider, rows, connections),
    sdk: () => sends(sdkLoop(list, connections), provider, rows, connections),
    http: () => sends(httpLoop(list, connections), provider, rows, connections),
  });
  return { connections, limit, runs };
}

/** Messages a second of each run, from the first request to the last answer. */
export const sendingRates = (runs: readonly Count[]): readonly number[] =>
  runs.map(({ messages, firstAt, lastAt }) => messages / ((lastAt - firstAt) / 1000));
