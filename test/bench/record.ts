import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { curves } from './curves.ts';
import { helpSource, helpSourceFile, readmeFile, withFigures } from './pages.ts';
import { type Results, resultsText } from './results.ts';

/** Writes `bench.json` and the curves; returns the folder they are in. */
export function keepResults(results: Results, name: 'latest' | 'recorded'): string {
  const folder = join('test/bench', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bench.json'), resultsText(results));
  for (const [file, svg] of Object.entries(curves(results))) writeFileSync(join(folder, file), svg);
  return folder;
}

/** What was recorded last. */
export const recordedResults = (): Results => JSON.parse(readFileSync('test/bench/recorded/bench.json', 'utf8'));

/** The same for good: the README and the page of figures say it, too. */
export function record(results: Results): string {
  writeFileSync(helpSourceFile, helpSource(results));
  writeFileSync(readmeFile, withFigures(readFileSync(readmeFile, 'utf8'), results));
  return keepResults(results, 'recorded');
}
