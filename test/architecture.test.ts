import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** The interfaces to the outside: whoever uses one knows its promise, and not what stands behind it. */
const ledgerRoles = [
  'plans',
  'runs',
  'receipts',
  'consent',
  'controls',
  'outbox',
  'replies',
  'reports',
  'upkeep',
  'tables',
  'rows',
  'report-rows',
  'statements',
].map((role) => `ledger/${role}`);
const ports = ['ledger/ledger', ...ledgerRoles, 'provider/provider', 'provider/pages'];

/** Which folder or file may import which. Each may import itself; the longest name that fits a file counts. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  clock: [],
  errors: [],
  http: [],
  listen: ['errors'],
  log: ['core', 'errors'],
  core: [],
  input: ['core', 'errors'],
  simulator: ['core', 'errors', 'listen'],
  ledger: ['core', 'errors', 'ledger/tables', ...ledgerRoles],
  'ledger/rules': ['core'],
  'ledger/statements': ['core', 'ledger/rules', 'ledger/rows'],
  'ledger/sqlite': ['core', 'errors', 'ledger/rules', 'ledger/ledger', 'ledger/process', 'ledger/ids', ...ledgerRoles],
  'ledger/postgres': [
    'core',
    'errors',
    'ledger/rules',
    'ledger/ledger',
    'ledger/process',
    'ledger/ids',
    ...ledgerRoles,
  ],
  'provider/provider': ['core'],
  'provider/pages': ['errors', 'provider/provider'],
  'provider/twilio': ['core', 'errors', 'http', 'provider/provider', 'provider/pages'],
  engine: ['core', 'errors', ...ports],
  campaign: ['core', 'errors', 'http', 'clock', 'engine', 'input', ...ports],
  callbacks: ['core', 'errors', 'http', 'listen', 'engine', 'input', ...ports],
  // Only with a ledger that machines share.
  queue: [
    'core',
    'errors',
    'listen',
    'campaign',
    'engine',
    ...['address', 'conflicts', 'faults'].map((file) => `ledger/postgres/${file}`),
    ...ports,
  ],
  ui: ['core'],
  config: ['core', 'errors'],
  cli: [
    'campaign',
    'callbacks',
    'config',
    'core',
    'ui',
    'errors',
    'context',
    'listen',
    'log',
    'input',
    'simulator/faults',
    ...ports,
    'queue',
  ],
};

/** The entry of `allowed` that a file is under. */
const roomOf = (path: string): string =>
  Object.keys(allowed)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0] ?? '';

/** Slow to load: only where they are needed, by `await import`, or in a folder that is itself loaded late. */
const heavy = [
  'got',
  'inquirer',
  'csv-parse',
  'libphonenumber-js',
  '@photostructure/sqlite',
  'pg',
  'liquidjs',
  'smol-toml',
  'jq-wasm',
];
const loadedAtStart = [
  'cli/main.ts',
  'cli/terminal.ts',
  'context.ts',
  'config/config.ts',
  'config/settings.ts',
  'errors.ts',
  'cli/options/declare.ts',
  'cli/options/message.ts',
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const textOf = (file: string) => readFileSync(join(src, file), 'utf8');

/** The files of ours that a file imports, without `.ts`; also those it loads late. */
function importsOf(file: string): string[] {
  const found = [...textOf(file).matchAll(/(?:from |import\()'(\.[^']+)\.ts'/g)];
  return found.map(([, path]) => relative(src, resolve(src, dirname(file), path ?? '')));
}

/** The composition root and the entry for programs import from everywhere. */
const importAll = ['context.ts', 'index.ts'];

it.each(files.filter((file) => !importAll.includes(file)))('%s imports only what its folder may', (file) => {
  const room = roomOf(file.replace(/\.ts$/, ''));
  const mayImport = [room, ...(allowed[room] ?? [])];
  const forbidden = importsOf(file).filter((path) => !mayImport.some((ok) => path === ok || path.startsWith(`${ok}/`)));
  expect(forbidden).toEqual([]);
});

it.each(files.filter((file) => /^(cli|campaign|callbacks|engine)\//.test(file)))(
  '%s knows ports only by their types',
  (file) => {
    const values = [
      ...textOf(file).matchAll(/^import (?!type )([^;]*?) from '[./]*(ledger\/[\w-]+|provider\/provider)\.ts'/gm),
    ];
    const named = values.flatMap(([, names = '', port]) =>
      [...names.matchAll(/(?:^|[{,])\s*(?!type )(\w+)/g)].map(([, name]) => `${port} ${name}`),
    );
    // What a ledger's tables look like, and how long a lease lasts, is data that its users go by.
    expect(named.filter((name) => !['ledger/tables tableShapes', 'ledger/runs leaseMs'].includes(name))).toEqual([]);
  },
);

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

/** What only some files may name; each is where it ends, so that another provider, ledger or library can replace it. */
const known: readonly { readonly what: string; readonly sign: RegExp; readonly by: readonly string[] }[] = [
  {
    what: "Twilio's wire",
    sign: /2010-04-01|\/(Messages|Balance|IncomingPhoneNumbers)\b.*\.json|x-twilio-/i,
    by: ['provider/twilio/', 'simulator/'],
  },
  {
    what: 'SQLite',
    sign: /'(@photostructure\/sqlite|node:sqlite)'|\bpragma \w+|\bbegin immediate\b/i,
    by: ['ledger/sqlite/'],
  },
  { what: 'which ledger is used', sign: /from '.*ledger\/sqlite\/|import\('.*ledger\/sqlite\//, by: importAll },
  {
    what: 'got',
    sign: /(from |import\()'got'/,
    by: ['http.ts'],
  },
  { what: 'jq', sign: /(from |import\()'jq-wasm'/, by: ['cli/jq.ts'] },
];

describe.each(known)('$what', ({ sign, by }) => {
  it('is named only where it may be', () => {
    const naming = files.filter((file) => sign.test(textOf(file)));
    expect(naming.filter((file) => !by.some((place) => file === place || file.startsWith(place)))).toEqual([]);
  });

  it.each(by)('is named by %s', (place) => {
    expect(files.some((file) => file.startsWith(place) && sign.test(textOf(file)))).toBe(true);
  });
});

/** What knows commander: its bag of flags ends in `cli/options`, and its errors are put into our words. */
const knowCommander = ['cli/main.ts', 'cli/options/declare.ts', 'cli/mistakes.ts', 'cli/completion/completion.ts'];

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

/** Folders of tests that are of no one room: what they have in common is how they test. */
const acrossRooms = ['bench', 'chaos', 'contracts', 'e2e', 'package', 'swarm'];

it('has the tests of a room in a folder of its name', () => {
  const foldersOf = (path: string) =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const rooms = [...foldersOf(src), ...acrossRooms];
  expect(foldersOf(import.meta.dirname).filter((folder) => !rooms.includes(folder))).toEqual([]);
});
