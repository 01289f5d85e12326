import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/shared-postgres.ts'],
    testTimeout: 30_000,
    // Many tests wait for processes of their own: two at a time keep two cores busy.
    maxWorkers: 2,
    expect: { poll: { timeout: 15_000 } },
    // Colour and profile variables of the developer's own shell must not reach the tests.
    env: { NO_COLOR: '', FORCE_COLOR: '', VOLLEY_CONFIG: '', VOLLEY_PROFILE: '', VOLLEY_LEDGER: '' },
  },
});
