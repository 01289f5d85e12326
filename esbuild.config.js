// Bundles what the binary runs: one message by a new process starts in about half the time. `dist` itself stays as
// tsc wrote it, for programs that import volley.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const outdir = 'dist/bundle';

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['dist/cli/main.js', 'dist/context.js'],
  entryNames: '[name]',
  outdir,
  bundle: true,
  splitting: true,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
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
  // Some of the bundled packages are CommonJS.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  legalComments: 'none',
  logLevel: 'warning',
});

/** The folders of the packages that went into the bundle. */
const packages = new Set(
  Object.keys(metafile.inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
);

const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(`${outdir}/LICENSES.txt`, licences.join(`\n${'-'.repeat(80)}\n\n`));
