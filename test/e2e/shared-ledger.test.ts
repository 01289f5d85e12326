import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recipients, tempFolder } from '../context.ts';
import { newDatabase } from '../new-database.ts';
import { databasePassword } from '../postgres-server.ts';
import { installation, simulated } from './volley.ts';

const address = await newDatabase();
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const batch = ['batch', 'list.csv', '--from', '+14155600199', '--body', 'Hi {{ name }}', '--yes'];

describe.concurrent('a ledger on a server', () => {
  it('is shared by what several machines run, and never shows its password', async () => {
    const { simulator, folder, run, runHere } = await simulated();
    closing.push(simulator.close);
    const ledger = ['--ledger', `${address}?schema=shared`];
    writeFileSync(join(folder, 'list.csv'), recipients(100));
    const sent = await Promise.all(
      ['one', 'two'].map((name) =>
        run(...batch, ...ledger, '--campaign', name, '--again', '--json', '--log-file', `${name}.log`),
      ),
    );
    expect(sent.map(({ code }) => code)).toEqual([0, 0]);
    expect(simulator.truth()).toHaveLength(200);
    expect((await run(...batch, ...ledger, '--campaign', 'one', '--json')).code).toBe(0);
    expect(simulator.truth()).toHaveLength(200);
    const told = await Promise.all([
      runHere('campaigns', ...ledger),
      runHere('config', 'list', '--show-origin', ...ledger),
      runHere('doctor', ...ledger),
      runHere('report', 'none', ...ledger, '--json'),
      runHere('campaigns', '--ledger', address.replace('test_', 'no_such_')),
      runHere('campaigns', '--ledger', address.replace(/:\d+\//, ':1/'), '-v'),
      runHere('campaigns', '--ledger', address.replace('volley:', 'nobody:')),
      runHere('campaigns', '--ledger', address.replace('postgres:', 'mysql:')),
      runHere('campaigns', '--ledger', `${address}?sslmode=require`, '--json'),
    ]);
    expect(told.map(({ code }) => code)).toEqual([0, 0, expect.any(Number), 2, 2, 2, 2, 2, 2]);
    const logged = ['one.log', 'two.log'].map((name) => readFileSync(join(folder, name), 'utf8'));
    const said = [...sent, ...told].map(({ stdout, stderr }) => stdout + stderr);
    expect([...said, ...logged].join('')).not.toContain(databasePassword);
    expect(told[1]?.stdout).toContain('postgres://volley@127.0.0.1');
  }, 90_000);

  it('is the ledger of what its schedules run, though only a flag names it', async () => {
    const { simulator, folder, run, runHere } = await simulated();
    closing.push(simulator.close);
    const ledger = ['--ledger', `${address}?schema=scheduled`];
    writeFileSync(join(folder, 'list.csv'), recipients(3));
    const added = ['schedule', 'add', 'nightly', '--cron', '0 9 * * *', ...ledger];
    expect((await runHere(...added, '--', ...batch, '--campaign', 'c', '--enqueue')).code).toBe(0);
    const { code, stdout, stderr } = await run('schedule', 'run', 'nightly', ...ledger, '--json');
    expect([code, JSON.parse(stdout).counts], stderr).toEqual([0, expect.objectContaining({ rows: 3, pending: 3 })]);
    expect((await runHere('worker', '--drain', ...ledger)).code).toBe(0);
    expect(simulator.truth()).toHaveLength(3);
  });

  it('says what to install where there is no package for it, and needs none for a file', async () => {
    const folder = tempFolder();
    const hooks = `export async function resolve(name, context, next) {
      if (name === 'pg') throw Object.assign(new Error('Cannot find package pg'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    }`;
    writeFileSync(join(folder, 'hooks.mjs'), hooks);
    const register = "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);";
    writeFileSync(join(folder, 'register.mjs'), register);
    const { run } = installation({ NODE_OPTIONS: `--import=${join(folder, 'register.mjs')}` });
    const refused = await run('campaigns', '--ledger', address);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/needs the package pg.*\n.*npm install pg@/),
    ]);
    expect(refused.stderr).not.toContain(databasePassword);
    expect((await run('campaigns')).code).toBe(0);
  });
});
