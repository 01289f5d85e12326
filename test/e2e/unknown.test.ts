import { describe, expect, it } from 'vitest';
import { from } from '../context.ts';
import { batch, quick, withList } from './campaign.ts';

describe.concurrent('an answer that does not come', () => {
  it('HTTP 500 after every create: stops early, finds each at Twilio, and goes on when asked', async (test) => {
    let isBad = true;
    const { volley, sent, expectNoDoubles } = await withList(test, 200, {
      script: () => (isBad ? '500-after' : undefined),
    });
    const { code, counts } = await volley(...batch, ...quick);
    expect(code).toBe(8);
    expect(counts).toMatchObject({ unknown: 0, rejected: 0, accepted: sent().length });
    expect(sent().length).toBeLessThan(70);
    isBad = false;
    expect(await volley('resume', 'night', '--json')).toMatchObject({ code: 0, counts: { accepted: 200 } });
    expectNoDoubles();
  });

  it('no answer to anything, nothing created: stops early; resend sends all of them once', async (test) => {
    let isBad = true;
    const { volley, sent, expectNoDoubles } = await withList(test, 100, { script: () => (isBad ? 'hang' : undefined) });
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

  it('answers lost after the create: each is found by its text, however Twilio changed it', async (test) => {
    const { volley, expectNoDoubles } = await withList(test, 60, {
      faults: [
        'reset-after-create=0.3',
        'torn-201=0.2',
        'rewritten-body=0.5',
        'trial-prefix=0.5',
        'null-from=0.3',
        'clock-skew=1',
      ],
    });
    expect(await volley(...batch, ...quick, '--body', 'It’s “on”, {{ name }}…')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--body is given twice: Hi {{ name }} and'),
    });
    const argv = ['batch', 'list.csv', '--from', from, '--body', 'It’s “on”, {{ name }}…', ...quick];
    expect(await volley(...argv)).toMatchObject({ code: 0, counts: { accepted: 60, unknown: 0 } });
    expectNoDoubles();
  });

  it('lists that fail: unknown stays unknown, even with resend', async (test) => {
    const { volley, sent, expectNoDoubles } = await withList(test, 20, {
      faults: ['reset-after-create=1', 'list-failing=1'],
    });
    expect(await volley(...batch, ...quick, '--on-unknown', 'resend')).toMatchObject({
      code: 8,
      counts: { unknown: 20 },
    });
    expect(sent()).toHaveLength(20);
    expectNoDoubles();
  });

  it('another program’s text to the same number, sender and moment: never taken for ours', async (test) => {
    const { volley, simulator, sent } = await withList(test, 1, {
      script: (form) => (form.get('Body') === 'Hi Ada 0' ? 'hang' : undefined),
    });
    const other = new URLSearchParams({ To: '+14155550000', From: from, Body: 'Your login code is 9911' });
    const auth = `Basic ${Buffer.from(`${simulator.accountSid}:${simulator.authToken}`).toString('base64')}`;
    const url = `${simulator.url}/2010-04-01/Accounts/${simulator.accountSid}/Messages.json`;
    const running = volley(...batch, ...quick);
    await test.expect.poll(() => simulator.requests()).toBe(1);
    await fetch(url, { method: 'POST', headers: { authorization: auth }, body: other });
    expect(await running).toMatchObject({ code: 8, counts: { accepted: 0, unknown: 1 } });
    expect(sent()).toEqual(['+14155550000']);
  });

  it('links that were shortened, lists that are refused as too many: each is found', async (test) => {
    const { volley, expectNoDoubles } = await withList(test, 30, {
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

  it('lists that lag longer than the wait: hold keeps it unknown, and a later look finds it', async (test) => {
    const { volley, expectNoDoubles } = await withList(test, 10, { faults: ['reset-after-create=1', 'list-lag=1'] });
    expect(await volley(...batch, ...quick)).toMatchObject({ code: 8, counts: { unknown: 10 } });
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await volley('reconcile', 'night', '--json', '--settle', '600ms')).toMatchObject({
      code: 0,
      counts: { accepted: 10 },
    });
    expectNoDoubles();
  });
});
