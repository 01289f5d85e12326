import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FaultShare, faultDice, faultNames, parseFault } from '../../src/simulator/faults.ts';
import type { SimulatorOptions } from '../../src/simulator/simulator.ts';
import { tempFolder } from '../context.ts';
import { start, startAt } from './rehearsal.ts';

/** What a client sees of one create, and how many messages there are then. */
async function seen(fault: string, options: SimulatorOptions = {}) {
  const { simulator, create } = await start({ faults: [`${fault}=1`], ...options });
  const answered = create().then(
    ({ status }) => status,
    (error: Error) => error.constructor.name,
  );
  const nothing = new Promise((resolve) => setTimeout(() => resolve('nothing'), 300));
  return [await Promise.race([answered, nothing]), simulator.truth().length];
}

describe('a fault of a create', () => {
  it.each([
    ['429', 429, 0],
    ['429-date', 429, 0],
    ['429-huge', 429, 0],
    ['429-zero', 429, 0],
    ['429-absurd', 429, 0],
    ['500-before', 500, 0],
    ['500-after', 500, 1],
    ['502-before', 502, 0],
    ['502-after', 502, 1],
    ['503-before', 503, 0],
    ['503-after', 503, 1],
    ['504-before', 504, 0],
    ['504-after', 504, 1],
    ['redirect', 302, 0],
    ['reset-before-read', 'TypeError', 0],
    ['reset-after-read', 'TypeError', 0],
    ['reset-after-create', 'TypeError', 1],
    ['fin-mid-headers', 'TypeError', 1],
    ['torn-201', 'TypeError', 1],
    ['bad-json-201', 'SyntaxError', 1],
    ['html-201', 'SyntaxError', 1],
    ['wrong-sid-201', 201, 1],
    ['hang', 'nothing', 0],
    ['hang-created', 'nothing', 1],
    ['late-create', 'nothing', 0],
    ['slow', 'nothing', 1],
    ['byte-a-second', 'nothing', 1],
  ])('%s shows as %s with %i created', async (fault, answer, created) => {
    expect(await seen(fault)).toEqual([answer, created]);
  });

  it.each([
    ['slow', { slowMs: 20 }],
    ['byte-a-second', { byteDelayMs: 0 }],
  ])('%s ends in a whole answer', async (fault, options) => {
    const { create, simulator } = await start({ faults: [`${fault}=1`], ...options });
    expect((await create()).body.sid).toBe(simulator.truth()[0]?.sid);
  });

  it.each([
    ['429', '1'],
    ['429-date', 'Mon, 23 Nov 2026 10:00:02 GMT'],
    ['429-huge', '86400'],
    ['429-zero', '0'],
    ['429-absurd', '99999999999999999999'],
  ])('%s says when to come back: %s', async (fault, after) => {
    const { create } = await startAt('2026-11-23T10:00:00Z', { faults: [`${fault}=1`] });
    const { headers, body } = await create();
    expect([headers.get('retry-after'), body.code]).toEqual([after, 20429]);
  });

  it('wrong-sid-201 names no message there is', async () => {
    const { create, simulator } = await start({ faults: ['wrong-sid-201=1'] });
    expect((await create()).body.sid).not.toBe(simulator.truth()[0]?.sid);
  });

  it('redirect stays on this machine', async () => {
    const { create } = await start({ faults: ['redirect=1'] });
    expect((await create()).headers.get('location')).toBe('/elsewhere');
  });

  it('late-create creates when the client has gone, not when the simulator goes', async () => {
    const { simulator, create, createAndLeave } = await start({ faults: ['late-create=1'] });
    await createAndLeave(async () => {
      await expect.poll(() => simulator.requests()).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    await expect.poll(() => simulator.truth().length).toBe(1);
    const waiting = expect(create()).rejects.toThrow();
    await expect.poll(() => simulator.requests()).toBe(2);
    await simulator.close();
    await waiting;
    expect(simulator.truth()).toHaveLength(1);
  });

  it('follows a script that knows the parameters and the number', async () => {
    const { create } = await start({
      script: (form, n) => (n === 2 || form.get('Body') === 'no' ? 'reset-before-read' : undefined),
    });
    expect((await create()).status).toBe(201);
    await expect(create()).rejects.toThrow();
    expect((await create()).status).toBe(201);
    await expect(create({ Body: 'no' })).rejects.toThrow();
  });

  it('gives each of many creates at once its own number', async () => {
    const numbers: number[] = [];
    const { create } = await start({ script: (_, n) => void numbers.push(n) as undefined });
    await Promise.all(Array.from({ length: 20 }, () => create()));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});

describe('a fault of a message', () => {
  it.each<[string, object, string?]>([
    ['rewritten-body', { body: "it's" }],
    ['trial-prefix', { body: 'Sent from your Twilio trial account - it’s' }],
    ['short-links', { body: 'it’s https://twil.io/j9kj9K3huK' }, 'it’s https://example.com/a/long/way'],
    ['null-from', { from: null }],
  ])('%s changes what the resource says, not the truth', async (fault, expected, text = 'it’s') => {
    const { create, simulator } = await start({ faults: [`${fault}=1`] });
    expect((await create({ Body: text })).body).toMatchObject(expected);
    expect(simulator.truth()[0]?.parameters).toContainEqual(['Body', text]);
    expect(simulator.truth()[0]?.faults).toEqual([fault]);
  });

  it.each([
    ['list-lag', [0, 1]],
    ['list-omission', [0, 0]],
    ['list-failing', [undefined, undefined]],
    ['list-busy', [undefined, undefined]],
  ])('%s shows %j messages in lists, at first and after 6 s', async (fault, expected) => {
    const { clock, create, call } = await startAt('2026-11-23T10:00:00Z', { faults: [`${fault}=1`] });
    const { body } = await create();
    const count = async () => (await call('GET', 'Messages.json')).body.messages?.length;
    const early = await count();
    expect((await call('GET', `Messages/${body.sid}.json`)).status).toBe(200);
    clock.now += 6000;
    expect([early, await count()]).toEqual(expected);
  });

  it('clock-skew is a Twilio ahead of us', async () => {
    const { create } = await startAt('2026-11-23T10:00:00Z', { faults: ['clock-skew=1'] });
    const { headers, body } = await create();
    expect(headers.get('date')).toBe('Mon, 23 Nov 2026 10:01:30 GMT');
    expect(body.date_created).toBe('Mon, 23 Nov 2026 10:01:30 +0000');
  });
});

describe('chance', () => {
  const roll = (seed: number, shares: readonly (string | FaultShare)[] = ['429=0.1', { name: 'hang', share: 0.2 }]) => {
    const dice = faultDice(shares, seed);
    return Array.from({ length: 5000 }, () => dice.onCreate());
  };

  it('is the same again for a seed, and near the shares', () => {
    expect(roll(7)).toEqual(roll(7));
    expect(roll(7)).not.toEqual(roll(8));
    expect(roll(7).filter((fault) => fault === '429').length / 5000).toBeCloseTo(0.1, 1);
    expect(roll(7).filter((fault) => fault === 'hang').length / 5000).toBeCloseTo(0.2, 1);
  });

  it('is the same over HTTP, whatever is listed between', async () => {
    const run = async (seed: number, isListing: boolean) => {
      const { create, call, simulator } = await start({
        seed,
        faults: ['500-before=0.3', 'failed=0.3', 'list-failing=0.5'],
      });
      const statuses = [];
      for (let i = 0; i < 20; i++) {
        statuses.push((await create()).status);
        if (isListing) await call('GET', 'Messages.json');
      }
      return [statuses, simulator.truth().map(({ faults }) => faults)];
    };
    expect(await run(3, true)).toEqual(await run(3, false));
    expect(await run(3, false)).not.toEqual(await run(4, false));
  });

  it.each(['nonsense=0.1', '429', '429=2', '429=-0.1', '429=x', '=0.1', ''])('refuses %j', (text) => {
    expect(() => parseFault(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('names every fault when it does not know one', () => {
    expect(() => parseFault('nonsense=0.1')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(faultNames.join(', ')) }),
    );
    expect(parseFault('reset-after-create=0.02')).toEqual({ name: 'reset-after-create', share: 0.02 });
  });

  it.each([
    ['a share above 1', [{ name: 'hang', share: 1.5 } as const]],
    ['shares that add up to more', ['429=0.6', 'hang=0.6']],
  ])('refuses %s', (_, shares) => expect(() => faultDice(shares, 1)).toThrow(/share/));
});

describe('the truth on disk', () => {
  it('outlives the simulator', async () => {
    const truthFile = join(tempFolder(), 'truth.ndjson');
    const first = await start({ truthFile });
    const { body } = await first.create({ Body: 'a\n"b" & 😀' });
    await first.simulator.close();
    const second = await start({ truthFile });
    expect(second.simulator.truth()).toEqual(first.simulator.truth());
    expect((await second.call('GET', `Messages/${body.sid}.json`)).body.body).toBe('a\n"b" & 😀');
    await second.create();
    await second.simulator.close();
    expect((await start({ truthFile })).simulator.truth()).toHaveLength(2);
  });

  it('drops a line that a crash cut off, and goes on after it', async () => {
    const truthFile = join(tempFolder(), 'truth.ndjson');
    const first = await start({ truthFile });
    await first.create();
    await first.simulator.close();
    writeFileSync(truthFile, '{"sid":"SM12', { flag: 'a' });
    const second = await start({ truthFile });
    await second.create();
    await second.simulator.close();
    expect((await start({ truthFile })).simulator.truth()).toEqual(second.simulator.truth());
  });

  it('is not read from another kind of file', async () => {
    const truthFile = join(tempFolder(), 'list.csv');
    writeFileSync(truthFile, 'to,name\n');
    await expect(start({ truthFile })).rejects.toMatchObject({ code: 'usage' });
  });
});
