import type { Growth } from './parts/growth.ts';
import type { Latency } from './parts/latency.ts';
import type { Planning } from './parts/planning.ts';
import type { Segments } from './parts/segments.ts';
import type { StartUp } from './parts/start-up.ts';
import type { Throughput } from './parts/throughput.ts';

/** All that one run of the bench measured, as `bench.json` holds it. */
export interface Results {
  readonly node: string;
  readonly cores: number;
  readonly startUp: StartUp;
  readonly throughput: Throughput;
  readonly latency: Latency;
  readonly planning: Planning;
  readonly callbacksPerSecond: number;
  readonly segmentsPerSecond: Segments;
  /** Only with --growth. */
  readonly growth?: Growth;
}

/** Results with six digits of each number, which is more than any of them is worth. */
export const rounded = (results: Results): Results =>
  JSON.parse(JSON.stringify(results), (_, value) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value));

/** Results as JSON, a list of numbers on one line. */
export const resultsText = (results: Results): string =>
  `${JSON.stringify(results, null, 2).replace(/\[[\d\s.,e-]+\]/g, (numbers) => numbers.replace(/\s+/g, ' '))}\n`;
