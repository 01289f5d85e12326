import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { recipients, tempFolder } from '../context.ts';
import { batch, quick, withList } from './campaign.ts';
import { installation } from './volley.ts';

describe.concurrent('Twilio is busy, or gone for a while', () => {
  it('429 for everything, for two seconds: all are sent once', async (test) => {
    const until = Date.now() + 2000;
    const { volley, sent, expectNoDoubles } = await withList(test, 60, {
      script: () => (Date.now() < until ? '429' : undefined),
    });
    expect(await volley(...batch, ...quick)).toMatchObject({ code: 0, counts: { accepted: 60 } });
    expect(sent()).toHaveLength(60);
    expectNoDoubles();
  });

  it('429 with a Retry-After of a day: gives up, and says it is safe to run again', async (test) => {
    const { volley, sent } = await withList(test, 20, { faults: ['429-huge=1'] });
    expect(await volley(...batch, ...quick)).toMatchObject({ code: 5, counts: { pending: 20 } });
    expect(sent()).toEqual([]);
  });

  it.for(['429-zero', '429-absurd'])(
    '%s: its Retry-After is ignored, and Twilio is not hammered',
    async (fault, test) => {
      const { volley, sent, simulator } = await withList(test, 20, { faults: [`${fault}=1`] });
      const ended = await volley(...batch, ...quick, '--retry-for', '4s');
      expect(ended).toMatchObject({ code: 5, counts: { pending: 20 } });
      expect(ended.stderr).toMatch(/Gave up: Twilio is busy/);
      expect(ended.stderr).not.toMatch(/quiet hours/);
      expect(simulator.requests()).toBeLessThan(60);
      expect(sent()).toEqual([]);
    },
  );

  it('Twilio gone, and back with its memory: all are sent once', async (test) => {
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
    await test.expect.poll(() => first.truth().length).toBeGreaterThan(30);
    await first.close();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const second = await startSimulator({ truthFile, port });
    test.onTestFinished(second.close);
    const { code, stdout } = await ended;
    expect([code, JSON.parse(stdout).counts]).toEqual([0, expect.objectContaining({ accepted: 200 })]);
    const sent = second.truth().map(({ to }) => to);
    expect([sent.length, new Set(sent).size]).toEqual([200, 200]);
  });
});
