import { expect, it } from 'vitest';
import type { MessageRequest, SendResult } from '../../src/core/message.ts';
import type { Transport } from '../../src/transport/transport.ts';

const request: MessageRequest = { to: '+14155550100', from: '+14155550199', body: 'Hi' };

/** What has to happen to a request for each kind of result. */
export type Fate = SendResult['kind'];

/** What every transport must do; each implementation's test runs it. `open` gives one whose next request meets that fate. */
export function transportContract(
  open: (fate: Fate) => Promise<{ transport: Transport; created: () => number }>,
): void {
  it.each<[Fate, number, object]>([
    ['accepted', 1, { kind: 'accepted', sid: expect.stringMatching(/^SM[0-9a-f]{32}$/), status: expect.any(String) }],
    ['rejected', 0, { kind: 'rejected', code: expect.any(Number), reason: expect.any(String) }],
    ['retry', 0, { kind: 'retry', cause: 'busy', reason: expect.any(String) }],
    ['stop', 0, { kind: 'stop', code: expect.any(Number), reason: expect.any(String) }],
  ])('tells %s, in one attempt', async (fate, count, result) => {
    const { transport, created } = await open(fate);
    expect(await transport.send(request)).toMatchObject(result);
    expect(created()).toBe(count);
    transport.close();
  });

  it('knows how far the other clock is ahead once it has had an answer', async () => {
    const { transport } = await open('accepted');
    await transport.send(request);
    expect(Math.abs(transport.clockAheadMs() ?? Number.NaN)).toBeLessThan(2000);
    transport.close();
  });

  it('tells unknown when it cannot tell, and does not try again', async () => {
    const { transport, created } = await open('unknown');
    expect(await transport.send(request)).toEqual({ kind: 'unknown', reason: expect.any(String) });
    expect(created()).toBeLessThanOrEqual(1);
    transport.close();
  });
}
