import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** Which folder may import which. A folder may always import itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  input: ['core', 'errors', 'ui/clean', 'transport/http'],
  ledger: ['core', 'errors'],
  transport: ['core', 'errors'],
  simulator: ['core', 'errors'],
  ui: ['core'],
  engine: ['core', 'errors', 'ledger/ledger', 'transport/transport'],
  cli: ['core', 'errors', 'settings', 'context'],
  commands: [
    'cli',
    'core',
    'errors',
    'input',
    'engine',
    'ui',
    'context',
    'keyring',
    'log',
    'config',
    'settings',
    'ledger/ledger',
    'transport/transport',
    'simulator/faults',
  ],
};

/** Slow to load: only where they are needed, by `await import`, or in a folder that is itself loaded late. */
const heavy = ['got', 'inquirer', 'csv-parse', 'libphonenumber-js', '@photostructure/sqlite', 'liquidjs', 'smol-toml'];
const loadedAtStart = [
  'main.ts',
  'context.ts',
  'config.ts',
  'settings.ts',
  'errors.ts',
  'cli/options/declare.ts',
  'cli/options/message.ts',
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const inFolders = files.filter((file) => file.includes('/'));
const textOf = (file: string) => readFileSync(join(src, file), 'utf8');

/** The files of ours that a file imports, without `.ts`; also those it loads late. */
function importsOf(file: string): string[] {
  const found = [...textOf(file).matchAll(/(?:from |import\()'(\.[^']+)\.ts'/g)];
  return found.map(([, path]) => relative(src, resolve(src, dirname(file), path ?? '')));
}

it.each(inFolders)('%s imports only what its folder may', (file) => {
  const folder = file.split('/')[0] ?? '';
  const mayImport = allowed[folder] ?? [];
  const forbidden = importsOf(file).filter(
    (path) => path.split('/')[0] !== folder && !mayImport.some((ok) => path === ok || path.startsWith(`${ok}/`)),
  );
  expect(forbidden).toEqual([]);
});

it.each(files.filter((file) => file.startsWith('core/')))('%s does no I/O and reads no clock', (file) => {
  expect(textOf(file)).not.toMatch(/'node:|process\.|Date\.now|new Date\(\)|Math\.random|console\.\w+\(|setTimeout/);
});

it.each(files)('%s neither prints nor exits by itself', (file) => {
  expect(textOf(file)).not.toMatch(/console\.\w+\(|process\.exit\(/);
});

it.each(loadedAtStart)('%s loads nothing heavy at start', (file) => {
  const early = [...textOf(file).matchAll(/^import (?!type).* from '([^']+)'/gm)].map(([, name]) => name ?? '');
  expect(early.filter((name) => heavy.some((library) => name === library || name.startsWith(`${library}/`)))).toEqual(
    [],
  );
});

/** What knows commander: its bag of flags ends in `cli/options`, and pages are printed with its help. */
const knowCommander = ['main.ts', 'cli/options/declare.ts', 'commands/page.ts', 'commands/completion.ts'];

it.each(files.filter((file) => !knowCommander.includes(file)))('%s does not know commander', (file) => {
  const imported = [...textOf(file).matchAll(/^import (.*) from 'commander'/gm)].map(([, names]) => names);
  // A declaration says what its command is for, and hands its options over.
  expect(imported.filter((names) => names !== 'type { Command }')).toEqual([]);
  expect(textOf(file)).not.toMatch(/\.optsWithGlobals\(|\.opts\(\)|\.requiredOption\(|\.addOption\(/);
});

it('has no room that collects everything', () => {
  const drawers = files.filter((file) =>
    /(^|\/)(utils?|helpers?|common|lib|services?|managers?|misc)(\.ts$|\/)/.test(file),
  );
  expect(drawers).toEqual([]);
});
