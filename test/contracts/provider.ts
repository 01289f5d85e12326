import { expect, it } from 'vitest';
import type { MessageRequest, SendResult } from '../../src/core/message.ts';
import type { Provider } from '../../src/provider/provider.ts';

const request: MessageRequest = { to: '+14155550100', from: '+14155550199', body: 'Hi' };

/** What has to happen to a request for each kind of result. */
export type Fate = SendResult['kind'];

/** What every provider must do; each implementation's test runs it. `open` gives one whose next request meets that fate. */
export function transportContract(open: (fate: Fate) => Promise<{ provider: Provider; created: () => number }>): void {
  it.each<[Fate, number, object]>([
    ['accepted', 1, { kind: 'accepted', sid: expect.stringMatching(/^SM[0-9a-f]{32}$/), status: expect.any(String) }],
    ['rejected', 0, { kind: 'rejected', code: expect.any(Number), reason: expect.any(String) }],
    ['retry', 0, { kind: 'retry', cause: 'busy', reason: expect.any(String) }],
    ['stop', 0, { kind: 'stop', code: expect.any(Number), reason: expect.any(String) }],
  ])('tells %s, in one attempt', async (fate, count, result) => {
    const { provider, created } = await open(fate);
    expect(await provider.send(request)).toMatchObject(result);
    expect(created()).toBe(count);
    provider.close();
  });

  it('knows how far the other clock is ahead once it has had an answer', async () => {
    const { provider } = await open('accepted');
    await provider.send(request);
    expect(Math.abs(provider.clockAheadMs() ?? Number.NaN)).toBeLessThan(2000);
    provider.close();
  });

  it('sends nothing when it hears, as the request is about to leave, that it may not', async () => {
    const { provider, created } = await open('accepted');
    for (const mayLeave of [() => false, async () => false]) {
      expect(await provider.send(request, { mayLeave })).toMatchObject({ kind: 'retry' });
    }
    expect(created()).toBe(0);
    expect(await provider.send(request, { mayLeave: async () => true })).toMatchObject({ kind: 'accepted' });
    expect(created()).toBe(1);
    provider.close();
  });

  it('tells unknown when it cannot tell, and does not try again', async () => {
    const { provider, created } = await open('unknown');
    expect(await provider.send(request)).toEqual({ kind: 'unknown', reason: expect.any(String) });
    expect(created()).toBeLessThanOrEqual(1);
    provider.close();
  });
}
