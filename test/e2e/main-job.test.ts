import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { from, recipients } from '../context.ts';
import { installation, simulated } from './volley.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

const text = ['--from', from, '--body', 'Hi {{ name }}'];

async function world(options: Parameters<typeof simulated>[0] = {}) {
  const made = await simulated(options);
  closing.push(made.simulator.close);
  const file = (name: string, content: string) => {
    writeFileSync(join(made.folder, name), content);
    return name;
  };
  return { ...made, file };
}

const recipientsOf = (truth: readonly { readonly to: string }[]) => truth.map(({ to }) => to);

describe('500 rows', () => {
  it('reach the simulator, once each, and stand in the ledger', async () => {
    const { run, file, simulator, ledger } = await world();
    const { code, stdout, stderr } = await run('batch', file('list.csv', recipients(500)), ...text, '--yes', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ counts: expect.objectContaining({ rows: 500, accepted: 500 }) }),
    ]);
    expect(stderr).toBe('');
    expect(new Set(recipientsOf(simulator.truth())).size).toBe(500);
    const rows = openDatabase(ledger)
      .prepare<{ recipient: string; sid: string }>('select recipient, sid from messages')
      .all();
    const truth = new Map(simulator.truth().map(({ sid, to }) => [sid, to]));
    for (const { recipient, sid } of rows) expect(truth.get(sid)).toBe(recipient);
  });

  it('reach any other server that speaks the same API', async () => {
    const seen: { to: string | null; path: string; authorization: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({
        to: new URLSearchParams(body).get('To'),
        path: `${request.method} ${request.url}`,
        authorization: Buffer.from(String(request.headers.authorization).slice(6), 'base64').toString(),
      });
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ sid: `SM${String(seen.length).padStart(32, '0')}`, status: 'queued' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(
      () => server.closeAllConnections(),
      () => server.close(),
    );
    const account = `AC${'7'.repeat(32)}`;
    const key = `SK${'8'.repeat(32)}`;
    const { run, folder } = installation({
      VOLLEY_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ TWILIO_ACCOUNT_SID: account, TWILIO_API_KEY: key, TWILIO_API_SECRET: 'shh' },
    });
    writeFileSync(join(folder, 'list.csv'), recipients(500));
    expect((await run('batch', 'list.csv', ...text, '--yes')).code).toBe(0);
    expect(new Set(seen.map(({ to }) => to)).size).toBe(500);
    expect(new Set(seen.map(({ path, authorization }) => `${path} ${authorization}`))).toEqual(
      new Set([`POST /2010-04-01/Accounts/${account}/Messages.json ${key}:shh`]),
    );
  });

  it('arrive in spite of 429, and none is sent twice', async () => {
    const { run, file, simulator } = await world({ concurrencyLimit: 4, latencyMs: 5 });
    const { code } = await run('batch', file('list.csv', recipients(500)), ...text, '--yes', '--concurrency', '12');
    expect(code).toBe(0);
    expect(recipientsOf(simulator.truth()).length).toBe(500);
    expect(new Set(recipientsOf(simulator.truth())).size).toBe(500);
  });

  it('keep to the rate, in every second', async () => {
    const { run, file, ledger } = await world();
    expect((await run('batch', file('list.csv', recipients(200)), ...text, '--yes', '--rate', '60')).code).toBe(0);
    const rows = openDatabase(ledger)
      .prepare<{ at: number }>('select claimed_at as at from messages order by at')
      .all();
    const times = rows.map(({ at }) => at);
    const busiest = Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1000).length));
    expect(busiest).toBeLessThanOrEqual(66);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(6000);
  });
});

describe('exit codes of real runs', () => {
  const good = recipients(3);
  const list = (rows: string) => `to,name\n${rows}`;

  it.each<[number, string, string, string[], Record<string, string>]>([
    [0, 'all sent', good, ['--yes'], {}],
    [2, 'no such flag', good, ['--yess'], {}],
    [2, 'nobody to ask', good, [], {}],
    [2, 'a missing column', 'phone,name\n+14155550100,Ada\n', ['--yes'], {}],
    [3, 'a landline', list('+14155550100,Ada\n+15005550009,Bob\n'), ['--yes'], {}],
    [3, 'a bad row', list('+14155550100,Ada\n+14155550101,Bob\n12,Eve\n'), ['--yes'], {}],
    [4, 'no credentials', good, ['--yes'], { TWILIO_AUTH_TOKEN: '' }],
    [4, 'wrong credentials', good, ['--yes'], { TWILIO_AUTH_TOKEN: 'wrong' }],
    [5, 'nobody answers', good, ['--yes', '--retry-for', '1s'], { VOLLEY_API_URL: 'http://127.0.0.1:1' }],
    [6, 'most rows bad', list('1,a\n2,b\n+14155550100,Ada\n'), ['--yes'], {}],
    [8, 'a part', good, ['--yes', '--limit', '1'], {}],
  ])('%i: %s', async (expected, _, content, argv, more) => {
    const { env } = await world();
    const { run, folder } = installation({ ...env, ...more });
    writeFileSync(join(folder, 'list.csv'), content);
    const { code, stderr, stdout } = await run('batch', 'list.csv', ...text, ...argv);
    expect([code, code === expected ? '' : stderr + stdout]).toEqual([expected, '']);
  });

  it('6: the same input again; 0: under one name', async () => {
    const { run, file, simulator } = await world();
    const argv = ['batch', file('list.csv', good), ...text, '--yes'];
    expect([(await run(...argv)).code, (await run(...argv)).code]).toEqual([0, 6]);
    expect([(await run(...argv, '--campaign', 'a')).code, (await run(...argv, '--campaign', 'a')).code]).toEqual([
      0, 0,
    ]);
    expect(simulator.truth()).toHaveLength(6);
  });

  it('7: two runs of one campaign at once, one of which does nothing', async () => {
    const { run, file, simulator } = await world({ latencyMs: 20 });
    const argv = ['batch', file('list.csv', recipients(300)), ...text, '--yes', '--campaign', 'night'];
    const codes = (await Promise.all([run(...argv), run(...argv)])).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 7]);
    expect(new Set(recipientsOf(simulator.truth())).size).toBe(300);
    expect(simulator.truth()).toHaveLength(300);
  });
});

describe('an interrupt', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s waits for what is out, records it, and says how to resume',
    async (signal) => {
      const { start, run, file, simulator } = await world({ latencyMs: 50 });
      const { child, ended } = start(
        'batch',
        file('list.csv', recipients(300)),
        ...text,
        '--yes',
        '--campaign',
        'night',
      );
      await expect.poll(() => simulator.truth().length).toBeGreaterThan(20);
      child.kill(signal);
      const { code, stderr, stdout } = await ended;
      expect(code).toBe(130);
      expect(stderr).toContain('Resume with: volley resume night');
      expect(stdout).not.toContain('claimed');
      expect((await run('resume', 'night')).code).toBe(0);
      expect(simulator.truth()).toHaveLength(300);
      expect(new Set(recipientsOf(simulator.truth())).size).toBe(300);
    },
  );
});

describe('a kill -9', () => {
  it('loses nothing and sends nothing twice', async () => {
    const { start, run, file, simulator } = await world({ latencyMs: 30 });
    const { child, ended } = start('batch', file('list.csv', recipients(300)), ...text, '--yes', '--campaign', 'night');
    await expect.poll(() => simulator.truth().length).toBeGreaterThan(20);
    child.kill('SIGKILL');
    await ended;
    const { code, stdout } = await run('resume', 'night', '--json', '--settle', '600ms');
    const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
    const sent = recipientsOf(simulator.truth());
    expect(new Set(sent).size).toBe(sent.length);
    // What had been claimed and never left stays unknown: nobody can prove that it did not.
    expect(counts).toMatchObject({ pending: 0, claimed: 0, accepted: sent.length, unknown: 300 - sent.length });
    expect(code).toBe(sent.length === 300 ? 0 : 8);
  });
});

describe('nothing leaks', () => {
  it('no secret into output, ledger or files, no escape sequence to the terminal', async () => {
    const { run, file, simulator, ledger } = await world();
    const content = 'to,name\n+14155550177,\u001b]0;owned\u0007Ada\n\u001b[2J555,Bob\n+14155550102,Eve\n';
    const ended = [
      await run('batch', file('list.csv', content), ...text, '--yes', '--campaign', 'c', '--color', 'never'),
      await run('report', 'c', '--color', 'never'),
      await run('report', 'c', '--failed', '--color', 'never'),
      await run('config', 'list', '--show-origin'),
      await run('doctor'),
    ];
    const printed = ended.map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(printed).not.toContain(simulator.authToken);
    expect(printed).not.toContain('\u001b');
    expect(printed).not.toContain('+14155550177');
    expect(readFileSync(ledger, 'latin1')).not.toContain(simulator.authToken);
  });
});

describe('the start', () => {
  it('loads no heavy library for --version and --help', async () => {
    const { folder } = installation();
    const trace = join(folder, 'loaded.txt');
    const hooks = `import { appendFileSync } from 'node:fs';
      export const load = (url, context, next) => (appendFileSync(${JSON.stringify(trace)}, url + '\\n'), next(url, context));`;
    writeFileSync(join(folder, 'hooks.mjs'), hooks);
    writeFileSync(
      join(folder, 'trace.mjs'),
      "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
    );
    const traced = installation({ NODE_OPTIONS: `--import=${join(folder, 'trace.mjs')}` });
    for (const flag of ['--version', '--help']) expect((await traced.run(flag)).code).toBe(0);
    const loaded = readFileSync(trace, 'utf8');
    expect(loaded).toContain('commander');
    expect(loaded).not.toMatch(
      /node_modules\/(got|inquirer|csv-parse|libphonenumber|liquidjs|chalk|smol-toml|@photostructure)/,
    );
  });
});
