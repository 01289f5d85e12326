import { expect, it } from 'vitest';
import { judgeCreate } from '../../src/simulator/judge.ts';

const nowMs = Date.parse('2026-11-23T10:00:00Z');
const whole = { To: '+14155550100', From: '+14155550199', Body: 'Hi' };
const service = { To: '+14155550100', MessagingServiceSid: `MG${'a'.repeat(32)}`, Body: 'Hi' };

function judge(parameters: Readonly<Record<string, string | readonly string[]>>): number | undefined {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) for (const one of [value].flat()) form.append(name, one);
  return judgeCreate(form, nowMs)?.code;
}

it.each([
  ['a plain message', whole],
  ['a message from a service', service],
  ['a name as sender', { ...whole, From: 'MyShop' }],
  ['a short code as sender', { ...whole, From: '12345' }],
  ['media alone', { To: whole.To, From: whole.From, MediaUrl: ['https://e.com/1', 'https://e.com/2'] }],
  [
    'content with variables',
    { To: whole.To, From: whole.From, ContentSid: `HX${'a'.repeat(32)}`, ContentVariables: '{"1":"Ada"}' },
  ],
  ['1600 characters', { ...whole, Body: 'x'.repeat(1600) }],
  ['a schedule in 5 minutes', { ...service, ScheduleType: 'fixed', SendAt: '2026-11-23T10:05:00Z' }],
  ['a schedule without a service, which it drops', { ...whole, ScheduleType: 'fixed', SendAt: 'never' }],
  ['a schedule in 35 days', { ...service, ScheduleType: 'fixed', SendAt: '2026-12-28T10:00:00Z' }],
  ['a schedule with an offset', { ...service, ScheduleType: 'fixed', SendAt: '2026-11-23T12:00:00+01:00' }],
  ['a schedule that names no zone, as UTC', { ...service, ScheduleType: 'fixed', SendAt: '2026-11-23T10:05:00' }],
  ['ten media', { ...whole, MediaUrl: Array(10).fill('https://e.com/1') }],
  ['1600 emoji', { ...whole, Body: '😀'.repeat(1600) }],
  ['a WhatsApp pair', { ...whole, To: 'whatsapp:+14155550100', From: 'whatsapp:+14155550199' }],
  ['a WhatsApp recipient from a service', { ...service, To: 'whatsapp:+14155550100' }],
  ['a validity period of 1', { ...whole, ValidityPeriod: '1' }],
  ['a validity period of ten hours', { ...whole, ValidityPeriod: '36000' }],
  ['a callback', { ...whole, StatusCallback: 'https://e.com/status?a=1' }],
  ['a price and all that is yes or no', { ...whole, MaxPrice: '0.05', SmartEncoded: 'true', ForceDelivery: 'False' }],
  [
    'words it knows',
    { ...whole, RiskCheck: 'disable', ContentRetention: 'discard', AddressRetention: 'obfuscate', TrafficType: 'free' },
  ],
  [
    'parameters that are empty, as if they were not there',
    {
      ...whole,
      MediaUrl: '',
      StatusCallback: '',
      ValidityPeriod: '',
      MessagingServiceSid: '',
      SendAt: '',
      MaxPrice: '',
    },
  ],
  ['a parameter it does not know', { ...whole, Nonsense: '1' }],
  ['the sender of the test credentials', { ...whole, From: '+15005550006' }],
])('takes %s', (_, parameters) => expect(judge(parameters)).toBeUndefined());

it.each([
  [21604, 'no recipient', { ...whole, To: '' }],
  [21211, 'a recipient that is no number', { ...whole, To: '4155550100' }],
  [21211, 'a recipient of 16 digits', { ...whole, To: '+1234567890123456' }],
  [21211, 'a recipient of 7 digits', { ...whole, To: '+1234567' }],
  [21211, 'a WhatsApp recipient that is no number', { ...whole, To: 'whatsapp:ada', From: 'whatsapp:+14155550199' }],
  [21211, 'two recipients', { ...whole, To: '+14155550100,+14155550101' }],
  [21910, 'a WhatsApp recipient from a plain number', { ...whole, To: 'whatsapp:+14155550100' }],
  [21266, 'the sender as recipient', { ...whole, To: whole.From }],
  [21603, 'no sender', { To: whole.To, Body: 'Hi' }],
  [21212, 'a sender that is none', { ...whole, From: 'a name too long' }],
  [21701, 'a service that is none', { ...service, MessagingServiceSid: 'MG1' }],
  [21602, 'nothing to say', { ...whole, Body: '' }],
  [21617, '1601 characters', { ...whole, Body: 'x'.repeat(1601) }],
  [21623, 'eleven media', { ...whole, MediaUrl: Array(11).fill('https://e.com/1') }],
  [21620, 'a media address that is none', { ...whole, MediaUrl: 'picture.png' }],
  [21609, 'a callback that is no address', { ...whole, StatusCallback: 'nowhere' }],
  [21609, 'a callback with _ in its host', { ...whole, StatusCallback: 'https://a_b.com/' }],
  [21624, 'a validity period of 0', { ...whole, ValidityPeriod: '0' }],
  [21624, 'a validity period above ten hours', { ...whole, ValidityPeriod: '36001' }],
  [21655, 'a content SID that is none', { ...whole, ContentSid: 'HX1' }],
  [21656, 'content variables without a content SID', { ...whole, ContentVariables: '{}' }],
  [35111, 'a schedule without a time', { ...service, ScheduleType: 'fixed' }],
  [35115, 'a kind of schedule it does not know', { ...service, ScheduleType: 'daily', SendAt: '2026-11-24T10:00:00Z' }],
  [35114, 'a schedule in 4 minutes', { ...service, ScheduleType: 'fixed', SendAt: '2026-11-23T10:04:00Z' }],
  [35114, 'a schedule in 36 days', { ...service, ScheduleType: 'fixed', SendAt: '2026-12-29T10:00:00Z' }],
  [35114, 'a time that is no ISO 8601', { ...service, ScheduleType: 'fixed', SendAt: 'Nov 24 2026 10:00' }],
  [35114, 'a day that does not exist', { ...service, ScheduleType: 'fixed', SendAt: '2026-11-32T10:00:00Z' }],
  [35115, 'a time without a kind of schedule', { ...service, SendAt: '2026-11-24T10:00:00Z' }],
  [21609, 'a callback of more than 4000 characters', { ...whole, StatusCallback: `https://e.com/${'x'.repeat(4000)}` }],
  [21624, 'a validity period that is no number', { ...whole, ValidityPeriod: '1.5' }],
  [
    21656,
    'content variables that are no object',
    { ...service, ContentSid: `HX${'a'.repeat(32)}`, ContentVariables: '[]' },
  ],
  [20001, 'an application SID that is none', { ...whole, ApplicationSid: 'AP1' }],
  [20001, 'a word it does not know', { ...whole, ContentRetention: 'burn' }],
  [20001, 'an attempt that is no number', { ...whole, Attempt: 'first' }],
  [20001, 'a boolean that is none', { ...whole, SmartEncoded: 'yes' }],
  [20001, 'a price that is none', { ...whole, MaxPrice: '0.00001' }],
  [21211, 'the test recipient that is invalid', { ...whole, To: '+15005550001' }],
  [21612, 'the test recipient without a route', { ...whole, To: '+15005550002' }],
  [21408, 'the test recipient in a country not allowed', { ...whole, To: '+15005550003' }],
  [21610, 'the test recipient that opted out', { ...whole, To: '+15005550004' }],
  [21614, 'the test recipient that is a landline', { ...whole, To: '+15005550009' }],
  [21212, 'the test sender that is invalid', { ...whole, From: '+15005550001' }],
  [21606, 'the test sender of somebody else', { ...whole, From: '+15005550007' }],
  [21611, 'the test sender with a full queue', { ...whole, From: '+15005550008' }],
])('answers %i to %s', (code, _, parameters) => expect(judge(parameters)).toBe(code));
