import { defineConfig } from 'vitest/config';
import { skipReporter } from './test/skip-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/scratch.ts', 'test/shared-postgres.ts'],
    // It takes minutes, so it is part of `npm run chaos` only.
    exclude: process.env['CHAOS_SCHEDULES'] === undefined ? ['test/swarm/mutations.test.ts'] : [],
    reporters: ['default', skipReporter()],
    testTimeout: 30_000,
    // Modules are loaded once for all files of a worker, which saves more than half of the time: none keeps state, none is mocked.
    isolate: false,
    // Many tests wait for processes of their own: three at a time keep two cores busy.
    maxWorkers: 3,
    expect: { poll: { timeout: 15_000 } },
    // Colour and profile variables of the developer's own shell must not reach the tests.
    env: { NO_COLOR: '', FORCE_COLOR: '', VOLLEY_CONFIG: '', VOLLEY_PROFILE: '', VOLLEY_LEDGER: '' },
  },
});
