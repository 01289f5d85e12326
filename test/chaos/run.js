// npm run chaos -- --kills 1000 --rows 200000 --schedules 10000 --seed 1: the kills and the swarm at any size, and the
// tables the README shows. With --senders N no campaign has more than N. --kills 0 and --schedules 0 leave one out.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    rows: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '1000' },
    senders: { type: 'string', default: '500' },
    crashes: { type: 'string', default: '1,2,7,25' },
  },
});
const parts = [values.kills !== '0' && 'test/chaos', values.schedules !== '0' && 'test/swarm'].filter(Boolean);
if (parts.length === 0) process.exit(0);
// One after the other: each alone uses every core.
const { status } = spawnSync('npx', ['vitest', 'run', '--no-file-parallelism', ...parts], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHAOS_KILLS: values.kills,
    CHAOS_ROWS: values.rows,
    CHAOS_SEED: values.seed,
    CHAOS_SCHEDULES: values.schedules,
    CHAOS_SENDERS: values.senders,
    CHAOS_CRASHES: values.crashes,
  },
});
process.exitCode = status ?? 1;
