import { defineConfig } from 'vitest/config';
import { skipReporter } from './test/skip-reporter.ts';
import { SlowFirst } from './test/slow-first.ts';

// These kill the real binary or its server, or take minutes: they are part of `npm run chaos`, in any amount.
const chaosOnly = [
  'test/chaos/{chaos,workers,worker-faults,worker-readme,network}.test.ts',
  'test/queue/{promises,interventions}.property.test.ts',
  'test/swarm/mutations.test.ts',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/scratch.ts', 'test/shared-postgres.ts'],
    exclude: process.env['CHAOS_SCHEDULES'] === undefined ? chaosOnly : [],
    reporters: ['default', skipReporter()],
    sequence: { sequencer: SlowFirst },
    testTimeout: 30_000,
    // Modules are loaded once for all files of a worker, which saves more than half of the time: none keeps state, none is mocked.
    isolate: false,
    // Each of them loads all modules: what waits for processes of its own says that it may run beside others of its file.
    maxWorkers: 3,
    maxConcurrency: 6,
    expect: { poll: { timeout: 15_000 } },
    // Colour and profile variables of the developer's own shell must not reach the tests.
    env: { NO_COLOR: '', FORCE_COLOR: '', VOLLEY_CONFIG: '', VOLLEY_PROFILE: '', VOLLEY_LEDGER: '' },
  },
});
