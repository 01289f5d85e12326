// npm run chaos -- --kills 1000 --rows 200000 --seed 1: the chaos tests at any size, and the table the README shows.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    rows: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    schedules: { type: 'string', default: '1000' },
    crashes: { type: 'string', default: '1,2,7,25' },
  },
});
const { status } = spawnSync('npx', ['vitest', 'run', 'test/chaos'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHAOS_KILLS: values.kills,
    CHAOS_ROWS: values.rows,
    CHAOS_SEED: values.seed,
    CHAOS_CRASHES: values.crashes,
  },
});
process.exitCode = status ?? 1;
