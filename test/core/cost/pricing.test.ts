import { describe, expect, it } from 'vitest';
import { listPrice, senderKindOf, tablePrice } from '../../../src/core/cost/pricing.ts';

describe('prices', () => {
  const list = { currency: 'USD', bySenderKind: { local: 0.01, 'toll free': 0.02, shortcode: 0.03, mobile: 0.015 } };
  it.each([
    ['+14155550199', 'local', 0.01],
    ['+18005550199', 'toll free', 0.02],
    ['12345', 'shortcode', 0.03],
    ['ACME', undefined, 0.03],
    [`MG${'a'.repeat(32)}`, undefined, 0.03],
    ['+4915112345678', undefined, 0.03],
    ['whatsapp:+14155550199', undefined, undefined],
  ])('of %s', (sender, kind, price) => expect([senderKindOf(sender), listPrice(list, sender)]).toEqual([kind, price]));

  it.each([
    ['US', '12345', 0.01],
    ['GB', '12345', 0.1],
    [null, 'whatsapp:+14155550199', 0.005],
    [null, 'rcs:+14155550199', 0.1],
  ])('by the config, for %s from %s', (country, sender, price) =>
    expect(
      tablePrice(
        { currency: 'USD', prices: { US: 0.01, whatsapp: 0.005, default: 0.1 } },
        { country, sender, hasMedia: false },
      ),
    ).toBe(price),
  );
});

it('the price of an MMS is its own, or the default, never that of a text', () => {
  const picture = { country: 'US', sender: '12345', hasMedia: true };
  expect(tablePrice({ currency: 'USD', prices: { US: 0.01, mms: 0.02 } }, picture)).toBe(0.02);
  expect(tablePrice({ currency: 'USD', prices: { US: 0.01 } }, picture)).toBeUndefined();
});
