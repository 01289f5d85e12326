// Bundles what the binary runs: one message by a new process starts in about half the time. `dist` itself stays as
// tsc wrote it, for programs that import volley.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const dir = 'dist/bundle';

/**
 * What is loaded together stands in one file, since Node takes longer to find and open a file than to read it. Each stage
 * is what these need and the stages before do not have; what no stage needs, files of its own.
 */
const stages = {
  start: ['cli/main.js', 'context.js'],
  flags: [
    'cli/commands/send.js',
    'cli/commands/batch.js',
    'cli/help/command-help.js',
    'cli/help/show-page.js',
    'ui/lines.js',
  ],
  ledger: ['ledger/sqlite/open.js'],
  send: ['cli/sending/send.js', 'campaign/plan-context.js'],
  provider: ['provider/twilio/twilio.js'],
};

/** All that is loaded with a file. */
function withImports(file, graph, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const imported of graph.getModuleInfo(file)?.importedIds ?? []) withImports(imported, graph, found);
  return found;
}

let known;

function stageOf(id, graph) {
  known ??= Object.entries(stages).map(([name, files]) => {
    const needed = files.flatMap((file) => [...withImports(resolve('dist', file), graph)]);
    return [name, new Set(needed)];
  });
  return known.find(([, needed]) => needed.has(id))?.[0] ?? null;
}

/** got speaks HTTP/2 when it is asked to, which nothing here does; loading that alone makes a TLS context. */
const noHttp2 = {
  name: 'no-http2',
  resolveId: (id) => (id === 'http2-wrapper' ? '\0no-http2' : null),
  load: (id) => (id === '\0no-http2' ? 'export default {};' : null),
};

/** What some packages do while they load, done in a way that takes less of the start of every process. */
const quickerToLoad = {
  name: 'quicker-to-load',
  async transform(code, id) {
    // V8 reads JSON several times as fast as the same object written as code.
    if (id.endsWith('/libphonenumber-js/metadata.max.json.js')) {
      const { default: metadata } = await import(pathToFileURL(id).href);
      return { code: `export default JSON.parse(${JSON.stringify(JSON.stringify(metadata))});`, map: null };
    }
    // Two formats for the messages of errors which got's options never raise.
    if (id.endsWith('/@sindresorhus/is/distribution/index.js')) {
      const made = /new (Intl\.ListFormat\([^)]*\))/g;
      if (code.match(made)?.length !== 2) throw new Error(`${id} no longer makes two formats as it loads`);
      return { code: code.replaceAll(made, '{ format: (list) => new $1.format(list) }'), map: null };
    }
    return undefined;
  },
  // Node decodes a file faster, and keeps it in half the memory, when all of it is ASCII.
  generateBundle(_, bundle) {
    const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    for (const chunk of Object.values(bundle)) chunk.code = chunk.code.replaceAll(/[^\0-\x7f]/g, escaped);
  },
};

rmSync(dir, { recursive: true, force: true });
const build = await rolldown({
  input: { main: 'dist/cli/main.js', context: 'dist/context.js' },
  platform: 'node',
  plugins: [noHttp2, quickerToLoad],
  preserveEntrySignatures: 'allow-extension',
  checks: { ineffectiveDynamicImport: false },
  // Native code, WebAssembly in a file of its own, and what is only there when somebody has installed it.
  external: [
    '@photostructure/sqlite',
    'jq-wasm',
    '@napi-rs/keyring',
    'pg',
    'pg-boss',
    'cron-parser',
    'pg-copy-streams',
  ],
});
const { output } = await build.write({
  dir,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: stageOf, debugName: 'stages' }] },
  comments: false,
});

/** The folders of the packages that went into the bundle. */
const packages = new Set(
  output
    .flatMap(({ moduleIds = [] }) => moduleIds)
    .flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
);

const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(`${dir}/LICENSES.txt`, licences.join(`\n${'-'.repeat(80)}\n\n`));
