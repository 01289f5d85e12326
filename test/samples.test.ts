import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { expect, it, type TestContext } from 'vitest';
import { main } from '../src/cli/main.ts';
import { from, recipients, testContext } from './context.ts';
import { installation, simulated } from './e2e/volley.ts';
import { needs } from './needs.ts';
import { newDatabase } from './new-database.ts';

const samples = resolve(import.meta.dirname, '../samples');
const sample = (name: string) => join(samples, name);

const appointments = [
  ...['--map', 'to=Mobil', '--country', 'DE', '--from', from],
  ...['--template', sample('appointment.liquid'), '--locale', 'de-DE'],
];

/** What each sample is run by, so that none can rot. */
const runs: Readonly<Record<string, (test: TestContext) => Promise<void>>> = {
  'customers.csv': () =>
    check(
      'customers.csv',
      ['--map', 'to=phone', '--template', sample('reminder.liquid'), '--from', from],
      3,
      /234 to send of 238 rows/,
    ),
  'reminder.liquid': () =>
    check(
      'customers.csv',
      ['--map', 'to=phone', '--template', sample('reminder.liquid'), '--from', from],
      3,
      /see you tomorrow at/,
    ),
  'orders.ndjson': () =>
    check(
      'orders.ndjson',
      ['--body', 'Hi {{ name }}, order {{ order }} for {{ total }} dollars is ready.', '--from', from],
      0,
      /3 to send/,
    ),
  'appointments.csv': () => check('appointments.csv', appointments, 3, /6 to send of 9 rows; 2 rows wrong/),
  'appointment.liquid': () => check('appointments.csv', appointments, 3, /Termin: Donnerstag, 24\. Dezember/),
  'opted-out.csv': async () => {
    const { context, stdout } = testContext();
    expect(await main(['opt-out', 'import', sample('opted-out.csv')], context)).toBe(0);
    expect(stdout).toEqual(['2 numbers added, 0 on the list already, 0 wrong.']);
  },
  'events.ndjson': async () => {
    const { context, sent } = testContext({ stdin: readFileSync(sample('events.ndjson'), 'utf8') });
    expect(await main(['stream', '--from', from, '--body', 'Hi {{ name | name }}'], context)).toBe(3);
    expect(sent.map(({ body }) => body)).toEqual(['Hi Ada', 'Hi Bob']);
  },
  'library.js': async () => {
    expect(await outputOf('library.js')).toMatch(
      /^2 to send, 2 segments\nrow 3: phone .*\n(\+\d+ accepted\n){2}finished: 2 accepted\n$/,
    );
  },
  'tour.js': async () => {
    expect(await outputOf('tour.js')).toMatch(
      /2 numbers added[\s\S]*accepted +5[\s\S]*1 called back from Twilio[\s\S]*accepted +\+1415/,
    );
  },
  'volley.toml': async () => {
    const { context, folder, stdout } = testContext();
    copyFileSync(sample('volley.toml'), join(folder, 'volley.toml'));
    for (const argv of [
      ['config', 'list'],
      ['config', 'list', '--profile', 'staging'],
    ])
      expect(await main(argv, context)).toBe(0);
    expect(stdout.join('\n')).toMatch(/rate +50[\s\S]*rate +1\b/);
  },
  crontab: () => {
    const [, line = ''] = /^\S+ \S+ \S+ \S+ \S+ +cd \S+ && (volley .*)$/m.exec(textOf('crontab')) ?? [];
    // Cron turns \% into %, then a shell runs it.
    return nightly(line.replaceAll('\\%', '%'));
  },
  'volley-reminder.service': () => {
    const [, line = ''] = /^ExecStart=\/bin\/sh -c 'exec (volley .*)'$/m.exec(textOf('volley-reminder.service')) ?? [];
    return nightly(line.replaceAll('%%', '%'));
  },
  'volley-reminder.timer': async (test) => {
    needs('systemd-analyze', test);
    const units = [sample('volley-reminder.service'), sample('volley-reminder.timer')];
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  },
  'volley-worker.service': async (test) => {
    const [, line = ''] = /^ExecStart=\/usr\/bin\/env volley (.*)$/m.exec(textOf('volley-worker.service')) ?? [];
    const { simulator, env } = await simulated();
    const { start } = installation({ ...env, VOLLEY_LEDGER: await newDatabase() });
    // A port that is free, in place of the one that may be another program's here.
    const { child, ended } = start(...line.split(' ').map((word) => (word === '9090' ? '0' : word)));
    await once(child.stderr as Readable, 'data');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Working as .*; metrics at http/m) });
    await simulator.close();
    needs('systemd-analyze', test);
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', sample('volley-worker.service')], {
      encoding: 'utf8',
    });
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  },
  'postgres-roles.sql': async () => {
    const database = await newDatabase();
    await query(database, textOf('postgres-roles.sql'));
    const { simulator, env } = await simulated();
    const as = async (role: string) => {
      await query(database, `alter role ${role} password 'secret'`);
      return installation({ ...env, VOLLEY_LEDGER: database.replace(/\/\/.*@/, `//${role}:secret@`) });
    };
    const [owner, worker] = [await as('volley_owner'), await as('volley_worker')];
    for (const verb of ['campaigns', 'workers']) expect(await owner.run(verb)).toMatchObject({ code: 0 });
    writeFileSync(join(worker.folder, 'list.csv'), recipients(20));
    const text = ['--from', from, '--body', 'Hi', '--campaign', 'spring', '--yes', '--enqueue'];
    expect(await worker.run('batch', 'list.csv', ...text)).toMatchObject({ code: 0 });
    expect(await worker.run('worker', '--drain')).toMatchObject({ code: 0 });
    expect(simulator.truth()).toHaveLength(20);
    const dropping = query(database.replace(/\/\/.*@/, '//volley_worker:secret@'), 'drop table volley.messages');
    await expect(dropping).rejects.toThrow(/must be owner/);
    await simulator.close();
  },
  'demo.js': async () => {
    expect(await outputOf('demo.js')).toMatch(
      /accepted +231[\s\S]*reminder +231 accepted, 3 rejected, 3 invalid, 1 skipped/,
    );
  },
};

/** What a program prints. Rejects where it ends with another code than 0. */
const outputOf = async (name: string): Promise<string> =>
  (await promisify(execFile)(process.execPath, [sample(name)])).stdout;

const textOf = (name: string): string => readFileSync(sample(name), 'utf8');

async function query(connectionString: string, sql: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Runs a nightly command line twice; `volley` in it is replaced by something that shows its arguments. */
async function nightly(line: string): Promise<void> {
  const script = line.replace(/^volley/, 'printf "%s\\n"');
  const { stdout, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(status).toBe(0);
  const argv = stdout.trimEnd().split('\n');
  const { context, folder, sent } = testContext();
  copyFileSync(sample('customers.csv'), join(folder, 'tomorrow.csv'));
  copyFileSync(sample('reminder.liquid'), join(folder, 'reminder.liquid'));
  const here = argv.map((arg) => (/^(tomorrow\.csv|reminder\.liquid)$/.test(arg) ? join(folder, arg) : arg));
  expect(await main([...here, '--from', from], context)).toBe(3);
  expect(await main([...here, '--from', from], context)).toBe(0);
  expect(sent).toHaveLength(234);
}

async function check(name: string, argv: readonly string[], code: number, shown: RegExp): Promise<void> {
  const { context, stdout } = testContext();
  expect(await main(['check', sample(name), ...argv], context)).toBe(code);
  expect(stdout.join('\n')).toMatch(shown);
}

it.concurrent.for(readdirSync(samples))('samples/%s works as it is', { timeout: 120_000 }, async (name, test) => {
  expect(Object.keys(runs)).toContain(name);
  await runs[name]?.(test);
});
