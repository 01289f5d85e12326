import { expect, it } from 'vitest';
import { bareSender, senderOf } from '../../src/core/sender.ts';

const accountSid = `AC${'5'.repeat(32)}`;

it.each(['+14155550199', '12345', 'whatsapp:+14155550199', `MG${'a'.repeat(32)}`, 'Bank of AC', 'A of ACME'])(
  '%s is the same sender in whichever account it is used',
  (from) => {
    const request = { to: '+14155550100', from };
    expect(bareSender(senderOf(request))).toBe(from);
    expect(senderOf({ ...request, accountSid })).not.toBe(from);
    expect(bareSender(senderOf({ ...request, accountSid }))).toBe(from);
  },
);
