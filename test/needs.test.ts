import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { debianPackages, needs } from './needs.ts';
import { skipLines } from './skip-reporter.ts';

it('.ci/run installs every program that tests need, so that none is skipped there', () => {
  const script = readFileSync(resolve(import.meta.dirname, '../.ci/run'), 'utf8');
  const [, listed = ''] = /^for need in (.*); do$/m.exec(script) ?? [];
  expect(listed.split(' ')).toEqual(Object.entries(debianPackages).map(([program, name]) => `${program}:${name}`));
});

it('a program that is here skips nothing', (test) => {
  const skips: unknown[] = [];
  const skip = ((isMissing: boolean) => void skips.push(isMissing)) as typeof test.skip;
  needs('bash', { skip });
  expect(skips).toEqual([false]);
});

it('the end of a run says how many tests were skipped, and why', () => {
  const skipped = (note?: string) => ({ result: () => ({ state: 'skipped', note }) });
  const module = (...notes: (string | undefined)[]) =>
    ({ children: { allTests: () => notes.map(skipped) } }) as unknown as TestModule;
  expect(skipLines([module('zsh is missing', undefined), module(), module('zsh is missing')])).toEqual([
    '2 tests skipped: zsh is missing',
    '1 test skipped: no reason is given',
  ]);
});
