// How fast a list becomes a plan: it is read, checked and planned, and nothing is written down or sent.
//   npm run --silent build && node test/bench/planning.js [rows] [folder of a build]      default: 200000 dist
// To compare two builds give each its folder, and run them in turns: other work on the machine changes the figures.
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';

const [rows = '200000', build = join(import.meta.dirname, '../../dist')] = process.argv.slice(2);
const countries = ['US', 'GB', 'DE', 'FR', 'ES', 'IN', 'BR', 'AU', 'PL', 'KE'];

/** A list of mobile numbers of several countries with first names; written once, for every build the same. */
async function listOf(count) {
  const file = join(tmpdir(), `volley-planning-${count}.csv`);
  if (existsSync(file)) return file;
  const made = join(mkdtempSync(join(tmpdir(), 'volley-bench-')), 'list.csv');
  const stream = createWriteStream(made);
  const starts = countries.map((country) => getExampleNumber(country, examples).number.slice(0, -5));
  stream.write('to,first_name\n');
  for (let i = 0; i < count; i++) {
    // No number twice up to a million: 7919 has no factor in common with 100,000.
    const digits = (Math.floor(i / starts.length) * 7919) % 100_000;
    const number = starts[i % starts.length] + String(digits).padStart(5, '0');
    if (!stream.write(`${number},Ada ${i}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  renameSync(made, file);
  return file;
}

const load = (file) => import(pathToFileURL(join(resolve(build), file)).href);
const [{ openSource }, { makeMapping }, { makePlanner }, { countryFinder, phoneNormalizer }, { defaultLimits }] =
  await Promise.all(
    ['input/open-source', 'core/request/mapping', 'core/plan', 'core/recipient/phone', 'core/request/limits'].map(
      (name) => load(`${name}.js`),
    ),
  );

async function plan(file) {
  const source = await openSource({ file, stdin: process.stdin });
  const mapping = makeMapping({
    base: { from: '+14155550199' },
    body: 'Hi {{ first_name }}, your order is on its way. Reply STOP to get no more of these.',
    columns: source.columns,
  });
  const planRow = makePlanner(mapping.value, {
    normalizePhone: await phoneNormalizer(),
    countryOf: await countryFinder(),
    limits: defaultLimits,
    nowMs: Date.now(),
  });
  const counts = { pending: 0, invalid: 0 };
  for await (const row of source.rows) counts[planRow(row).state]++;
  return counts;
}

async function readOnly(file) {
  const { rows: source } = await openSource({ file, stdin: process.stdin });
  for await (const row of source) if ('problem' in row) throw new Error(row.problem);
}

const file = await listOf(Number(rows));
const started = performance.now();
if (process.env.READ_ONLY) await readOnly(file);
else {
  const { pending, invalid } = await plan(file);
  if (pending !== Number(rows)) throw new Error(`${invalid} of ${rows} rows are invalid`);
}
const seconds = (performance.now() - started) / 1000;
const { userCPUTime, maxRSS } = process.resourceUsage();
console.log(
  `${seconds.toFixed(2)} s, ${Math.round(rows / seconds)} rows a second, ${(userCPUTime / 1e6).toFixed(2)} s of CPU, ${Math.round(maxRSS / 1024)} MB at most`,
);
