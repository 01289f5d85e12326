import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { helpSource, helpSourceFile, readmeFile, withFigures } from './pages.ts';
import type { Results } from './results.ts';
import { median, ratios, spread } from './statistics.ts';

const recorded = join(import.meta.dirname, 'recorded');
const results: Results = JSON.parse(readFileSync(join(recorded, 'bench.json'), 'utf8'));

it('shows on the page of figures and in the README what was recorded', () => {
  expect(readFileSync(helpSourceFile, 'utf8')).toBe(helpSource(results));
  const readme = readFileSync(readmeFile, 'utf8');
  expect(withFigures(readme, results)).toBe(readme);
});

it('refuses a README that has no place for figures', () => {
  expect(() => withFigures('# volley\n', results)).toThrow('no paragraph about speed');
});

it('has a curve of what was recorded in the README, for light and dark pages', () => {
  const [, picture = ''] = /!\[[^\]]+\]\(([^)]+)\)/.exec(readFileSync(readmeFile, 'utf8')) ?? [];
  expect(readFileSync(picture, 'utf8')).toContain('@media (prefers-color-scheme: dark)');
});

it('takes the middle, and says how far what was measured is apart', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(spread([1.5, 1, 2])).toBe('1.50 (1.00–2.00)');
  expect(spread([1.5])).toBe('1.50');
  expect(ratios([2, 9], [4, 3])).toEqual([0.5, 3]);
  expect(() => median([])).toThrow('nothing was measured');
});
