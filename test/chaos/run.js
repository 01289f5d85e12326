// npm run chaos -- --kills 1000 --rows 200000 --schedules 10000 --seed 1: the kills and the swarm at any size, and the
// tables the README shows. With --senders N no campaign has more than N. --kills 0 and --schedules 0 leave one out.
// npm run chaos -- --workers 4 --kills 200 --rows 50000 --seed 1: the kills are those of so many workers on a PostgreSQL
// server that is killed, too. With --schedules N people pause, recall, resume and send beside workers in N ways, too.
// npm run chaos -- --network: the network between workers and their server drops all packets, for shorter and for longer
// than a lease. Takes Linux and root.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    rows: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string' },
    workers: { type: 'string' },
    senders: { type: 'string', default: '500' },
    crashes: { type: 'string', default: '1,2,7,25' },
    network: { type: 'boolean', default: false },
  },
});
const { workers, schedules = workers === undefined ? '1000' : '0' } = values;
const kills = workers === undefined ? 'test/chaos/chaos.test.ts' : 'test/chaos/worker';
const simulated = workers === undefined ? ['test/swarm'] : ['test/queue/interventions', 'test/queue/promises'];
const parts = values.network
  ? ['test/chaos/network.test.ts']
  : [...(values.kills === '0' ? [] : [kills]), ...(schedules === '0' ? [] : simulated)];
if (parts.length === 0) process.exit(0);
// One after the other: each alone uses every core.
const { status } = spawnSync('npx', ['vitest', 'run', '--no-file-parallelism', ...parts], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHAOS_KILLS: values.kills,
    CHAOS_ROWS: values.rows,
    CHAOS_SEED: values.seed,
    CHAOS_SCHEDULES: schedules,
    ...(workers !== undefined && { CHAOS_WORKERS: workers }),
    CHAOS_SENDERS: values.senders,
    CHAOS_CRASHES: values.crashes,
  },
});
process.exitCode = status ?? 1;
