// npm run bench: measures volley beside what it takes the place of, all on one provider, in turns; ratios with their
// spread, since machines differ. Writes bench.json and the curves to a folder, and says what it came to.
//   --rows 10000000   plans up to so many rows (default: a million)
//   --growth          also ten thousand senders, a million opt-outs, a hundred open campaigns; takes minutes
//   --record          all of it, and the README and the page of figures say what was measured
//   --draw            measures nothing; says and draws anew what was recorded last
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCallbacks } from './parts/callbacks.ts';
import { measureGrowth } from './parts/growth.ts';
import { measureLatency } from './parts/latency.ts';
import { measurePlanning } from './parts/planning.ts';
import { measureSegments } from './parts/segments.ts';
import { measureStartUp } from './parts/start-up.ts';
import { measureThroughput } from './parts/throughput.ts';
import { keepResults, record, recordedResults } from './record.ts';
import { type Results, rounded } from './results.ts';
import { summary } from './summary.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    growth: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
  },
});
const rounds = 3;

/** Says what is being measured, since it takes minutes, and how long that took. */
async function step<Result>(name: string, measure: () => Result | Promise<Result>): Promise<Result> {
  process.stderr.write(`${name} … `);
  const startedAt = performance.now();
  const result = await measure();
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`);
  return result;
}

async function measure(): Promise<Results> {
  return {
    node: process.version,
    cores: availableParallelism(),
    startUp: await step('start', measureStartUp),
    throughput: await step('throughput', () => measureThroughput(rounds)),
    latency: await step('latency', () => measureLatency(rounds)),
    planning: await step('planning', () => measurePlanning(rounds, Number(values.rows))),
    callbacksPerSecond: await step('callbacks', measureCallbacks),
    segmentsPerSecond: await step('segments', measureSegments),
    ...((values.growth || values.record) && { growth: await step('growth', measureGrowth) }),
  };
}

const results = values.draw ? recordedResults() : rounded(await measure());
console.log(summary(results));
const folder = values.record || values.draw ? record(results) : keepResults(results, 'latest');
console.log(`\nWritten to ${folder}: bench.json and the curves.`);
