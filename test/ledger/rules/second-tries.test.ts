import { expect, it } from 'vitest';
import type { MessageRequest } from '../../../src/core/message.ts';
import { secondTries } from '../../../src/ledger/rules/second-tries.ts';

const at = Date.parse('2026-11-23T10:00:00Z');
const request: MessageRequest = { to: '+14155550101', messagingServiceSid: 'MG1', body: 'Hi' };
const scheduled = (sendAt: string): MessageRequest => ({ ...request, sendAt, scheduleType: 'fixed' });

it.each<[string, MessageRequest, MessageRequest]>([
  ['the request as it was', request, request],
  ['a scheduled time that is to come', scheduled('2026-11-23T10:00:01Z'), scheduled('2026-11-23T10:00:01Z')],
  ['no scheduled time that has passed', scheduled('2026-11-23T10:00:00Z'), request],
])('a second try has %s, an id of its own, and the message it is for', (_, first, second) => {
  const tries = secondTries([{ id: 'm1', request: first }], { prefix: 'r', first: 3, at });
  expect(tries).toEqual([{ id: 'r-3', retryOf: 'm1', request: second }]);
});
