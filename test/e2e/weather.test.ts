import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/ledger/sqlite/driver.ts';
import { type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { from, recipients, tempFolder } from '../context.ts';
import { installation, simulated } from './volley.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

const quick = ['--timeout', '1s', '--settle', '600ms', '--yes', '--campaign', 'night', '--json'];
const batch = ['batch', 'list.csv', '--from', from, '--body', 'Hi {{ name }}'];

async function world(rows: number, options: SimulatorOptions = {}) {
  const made = await simulated(options);
  closing.push(made.simulator.close);
  writeFileSync(join(made.folder, 'list.csv'), recipients(rows));
  const volley = async (...argv: string[]) => {
    const { code, stdout, stderr } = await made.run(...argv);
    const counts = (stdout.startsWith('{') ? JSON.parse(stdout).counts : {}) as Record<string, number>;
    return { code, counts, stderr };
  };
  const sent = () => made.simulator.truth().map(({ to }) => to);
  const expectNoDoubles = () => expect(new Set(sent()).size).toBe(sent().length);
  return { ...made, volley, sent, expectNoDoubles };
}

describe('bad weather', () => {
  it('429 for everything, for two seconds: all are sent once', async () => {
    const until = Date.now() + 2000;
    const { volley, sent, expectNoDoubles } = await world(60, {
      script: () => (Date.now() < until ? '429' : undefined),
    });
    expect(await volley(...batch, ...quick)).toMatchObject({ code: 0, counts: { accepted: 60 } });
    expect(sent()).toHaveLength(60);
    expectNoDoubles();
  });

  it('429 with a Retry-After of a day: gives up, and says it is safe to run again', async () => {
    const { volley, sent } = await world(20, { faults: ['429-huge=1'] });
    expect(await volley(...batch, ...quick)).toMatchObject({ code: 5, counts: { pending: 20 } });
    expect(sent()).toEqual([]);
  });

  it.each(['429-zero', '429-absurd'])('%s: its Retry-After is ignored, and Twilio is not hammered', async (fault) => {
    const { volley, sent, simulator } = await world(20, { faults: [`${fault}=1`] });
    const ended = await volley(...batch, ...quick, '--retry-for', '4s');
    expect(ended).toMatchObject({ code: 5, counts: { pending: 20 } });
    expect(ended.stderr).toMatch(/Gave up: Twilio is busy/);
    expect(ended.stderr).not.toMatch(/quiet hours/);
    expect(simulator.requests()).toBeLessThan(60);
    expect(sent()).toEqual([]);
  });

  it('Twilio gone, and back with its memory: all are sent once', async () => {
    const truthFile = join(tempFolder(), 'truth.ndjson');
    const first = await startSimulator({ truthFile, latencyMs: 20 });
    const port = Number(new URL(first.url).port);
    const { run, folder } = installation({
      VOLLEY_API_URL: first.url,
      TWILIO_ACCOUNT_SID: first.accountSid,
      TWILIO_AUTH_TOKEN: first.authToken,
    });
    writeFileSync(join(folder, 'list.csv'), recipients(200));
    const ended = run(...batch, '--yes', '--campaign', 'night', '--json', '--settle', '1s', '--on-unknown', 'resend');
    await expect.poll(() => first.truth().length).toBeGreaterThan(30);
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const second = await startSimulator({ truthFile, port });
    closing.push(second.close);
    const { code, stdout } = await ended;
    expect([code, JSON.parse(stdout).counts]).toEqual([0, expect.objectContaining({ accepted: 200 })]);
    const sent = second.truth().map(({ to }) => to);
    expect([sent.length, new Set(sent).size]).toEqual([200, 200]);
  });

  it('HTTP 500 after every create: stops early, finds each at Twilio, and goes on when asked', async () => {
    let isBad = true;
    const { volley, sent, expectNoDoubles } = await world(200, { script: () => (isBad ? '500-after' : undefined) });
    const { code, counts } = await volley(...batch, ...quick);
    expect(code).toBe(8);
    expect(counts).toMatchObject({ unknown: 0, rejected: 0, accepted: sent().length });
    expect(sent().length).toBeLessThan(70);
    isBad = false;
    expect(await volley('resume', 'night', '--json')).toMatchObject({ code: 0, counts: { accepted: 200 } });
    expectNoDoubles();
  });

  it('no answer to anything, nothing created: stops early; resend sends all of them once', async () => {
    let isBad = true;
    const { volley, sent, expectNoDoubles } = await world(100, { script: () => (isBad ? 'hang' : undefined) });
    const { code, counts, stderr } = await volley(...batch, ...quick);
    expect(code).toBe(8);
    expect(counts['unknown']).toBeGreaterThan(0);
    expect(counts['unknown']).toBeLessThan(70);
    expect(stderr).toContain('volley reconcile night --on-unknown resend');
    isBad = false;
    expect(await volley('reconcile', 'night', '--json', '--settle', '600ms', '--on-unknown', 'resend')).toMatchObject({
      code: 0,
      counts: { accepted: 100 },
    });
    expect(sent()).toHaveLength(100);
    expectNoDoubles();
  });

  it('answers lost after the create: each is found by its text, however Twilio changed it', async () => {
    const { volley, expectNoDoubles } = await world(60, {
      faults: [
        'reset-after-create=0.3',
        'torn-201=0.2',
        'rewritten-body=0.5',
        'trial-prefix=0.5',
        'null-from=0.3',
        'clock-skew=1',
      ],
    });
    expect(await volley(...batch, ...quick, '--body', 'It’s “on”, {{ name }}…')).toMatchObject({ code: 2 });
    const argv = ['batch', 'list.csv', '--from', from, '--body', 'It’s “on”, {{ name }}…', ...quick];
    expect(await volley(...argv)).toMatchObject({ code: 0, counts: { accepted: 60, unknown: 0 } });
    expectNoDoubles();
  });

  it('lists that fail: unknown stays unknown, even with resend', async () => {
    const { volley, sent, expectNoDoubles } = await world(20, { faults: ['reset-after-create=1', 'list-failing=1'] });
    expect(await volley(...batch, ...quick, '--on-unknown', 'resend')).toMatchObject({
      code: 8,
      counts: { unknown: 20 },
    });
    expect(sent()).toHaveLength(20);
    expectNoDoubles();
  });

  it('another program’s text to the same number, sender and moment: never taken for ours', async () => {
    const { volley, simulator, sent } = await world(1, {
      script: (form) => (form.get('Body') === 'Hi Ada 0' ? 'hang' : undefined),
    });
    const other = new URLSearchParams({ To: '+14155550000', From: from, Body: 'Your login code is 9911' });
    const auth = `Basic ${Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64')}`;
    const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Messages.json`;
    const running = volley(...batch, ...quick);
    await expect.poll(() => simulator.requests()).toBe(1);
    await fetch(url, { method: 'POST', headers: { authorization: auth }, body: other });
    expect(await running).toMatchObject({ code: 8, counts: { accepted: 0, unknown: 1 } });
    expect(sent()).toEqual(['+14155550000']);
  });

  it('links that were shortened, lists that are refused as too many: each is found', async () => {
    const { volley, expectNoDoubles } = await world(30, {
      faults: ['reset-after-create=0.5', 'short-links=1', 'trial-prefix=0.5', 'list-busy=0.2'],
    });
    const argv = [
      'batch',
      'list.csv',
      '--from',
      from,
      '--body',
      'See https://example.com/a/long/way/to/go, {{ name }}',
    ];
    expect(await volley(...argv, ...quick, '--settle', '6s')).toMatchObject({ code: 0, counts: { accepted: 30 } });
    expectNoDoubles();
  });

  it('lists that lag longer than the wait: hold keeps it unknown, and a later look finds it', async () => {
    const { volley, expectNoDoubles } = await world(10, { faults: ['reset-after-create=1', 'list-lag=1'] });
    expect(await volley(...batch, ...quick)).toMatchObject({ code: 8, counts: { unknown: 10 } });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await volley('reconcile', 'night', '--json', '--settle', '600ms')).toMatchObject({
      code: 0,
      counts: { accepted: 10 },
    });
    expectNoDoubles();
  });

  it('one number refused, one code for all: stops and says why; nothing is rejected that was not refused', async () => {
    const { volley, sent, simulator } = await world(200, {
      script: (form) => void form.set('To', '+15005550009') as undefined,
    });
    const { code, counts, stderr } = await volley(...batch, ...quick);
    expect(code).toBe(8);
    expect(stderr).toMatch(/most of the last messages failed alike \(21614/);
    expect(counts['rejected']).toBe(simulator.arrivals().length);
    expect(sent()).toEqual([]);
  });
});

describe('stops', () => {
  it.each([
    ['--max-duration', '1s'],
    ['--not-after', () => new Date(Date.now() + 2500).toISOString().replace(/\.\d+Z/, 'Z')],
  ])('%s ends the run, recorded and resumable', async (flag, value) => {
    const { volley, sent, expectNoDoubles } = await world(300);
    const at = typeof value === 'string' ? value : value();
    const { code, counts, stderr } = await volley(...batch, ...quick, '--rate', '50', flag, at);
    expect(code).toBe(8);
    expect(counts).toMatchObject({ claimed: 0, unknown: 0, accepted: sent().length });
    expect(stderr).toMatch(/Time is up[\s\S]*volley resume night/);
    expect((await volley('resume', 'night', '--json')).code).toBe(0);
    expectNoDoubles();
  });

  it('after the time already, nothing is sent', async () => {
    const { volley, sent } = await world(3);
    expect((await volley(...batch, ...quick, '--not-after', '2026-01-01T00:00:00Z')).code).toBe(6);
    expect((await volley('report', 'night')).code).toBe(2);
    expect(sent()).toEqual([]);
  });
});

describe('a run that was frozen', () => {
  it('sends nothing more once another has taken over', async () => {
    const { start, volley, sent, expectNoDoubles, ledger } = await world(300, { latencyMs: 20 });
    const { child, ended } = start(...batch, ...quick, '--rate', '100');
    await expect.poll(() => sent().length).toBeGreaterThan(20);
    await freezeBetweenCommits(child, ledger);
    const taken = await volley('resume', 'night', '--json', '--settle', '600ms');
    expect(taken.counts['accepted']).toBe(sent().length);
    child.kill('SIGCONT');
    expect((await ended).code).toBe(7);
    expectNoDoubles();
  });
});

/** Stops a process while it holds no lock on its ledger, and makes it look as if it had stood still for long. */
async function freezeBetweenCommits(child: ChildProcess, ledger: string): Promise<void> {
  for (;;) {
    child.kill('SIGSTOP');
    const database = openDatabase(ledger);
    try {
      database.exec('pragma busy_timeout = 100');
      database.exec('update leases set expires_at = 0');
      return;
    } catch {
      child.kill('SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      database.close();
    }
  }
}
