import type { Reporter, TestModule } from 'vitest/node';

/** One line for each reason for which tests were skipped, with how many. */
export function skipLines(modules: readonly Pick<TestModule, 'children'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { children } of modules) {
    for (const test of children.allTests('skipped')) {
      const result = test.result();
      const reason = (result.state === 'skipped' && result.note) || 'no reason is given';
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
  }
  return [...counts].map(([reason, count]) => `${count} ${count === 1 ? 'test' : 'tests'} skipped: ${reason}`);
}

/** Prints after a run which tests were skipped, and why; nothing where `-t` has chosen the tests. */
export function skipReporter(): Reporter {
  let isFiltered = false;
  return {
    onInit: ({ config }) => {
      isFiltered = config.testNamePattern !== undefined;
    },
    onTestRunEnd: (modules) => {
      if (!isFiltered) for (const line of skipLines(modules)) process.stdout.write(`${line}\n`);
    },
  };
}
