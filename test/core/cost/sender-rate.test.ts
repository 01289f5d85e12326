import { expect, it } from 'vitest';
import { overflows } from '../../../src/core/cost/sender-rate.ts';

it.each([
  ['all at once from a long code', '+14155550199', undefined, 40_000],
  ['as slowly as it sends', '+14155550199', 1, undefined],
  ['at twice that', '+14155550199', 2, 20_000],
  ['from a short code', '12345', undefined, undefined],
  ['from a service', 'MG', undefined, undefined],
])('queues at Twilio, given %s', (_, sender, rate, queueSeconds) =>
  expect(overflows([{ sender, count: 40_000, segments: 40_000 }], rate, 14_400)[0]?.queueSeconds).toBe(queueSeconds),
);
