import { describe, expect, it } from 'vitest';
import { phoneNormalizer } from '../../../src/core/recipient/phone.ts';
import { defaultLimits } from '../../../src/core/request/limits.ts';
import { type ParameterKey, parameters } from '../../../src/core/request/parameters.ts';
import { flagOrigin, type RawRequest, validate } from '../../../src/core/request/validate.ts';

const hex = '0123456789abcdef'.repeat(2);
const nowMs = Date.parse('2026-11-23T10:00:00Z');
const context = { normalizePhone: await phoneNormalizer(), limits: defaultLimits, nowMs };
const whole: RawRequest = { to: '+14155550100', from: '+14155550199', body: 'Hi' };
const check = (raw: RawRequest) => validate(raw, flagOrigin, context);

/** For each parameter: what passes and what it becomes, what does not and why, and what must stand beside it. */
const table: Readonly<
  Record<ParameterKey, { good: readonly [string, unknown][]; bad: readonly [string, RegExp][]; with?: RawRequest }>
> = {
  to: {
    good: [
      ['+14155550100', '+14155550100'],
      [' +1 (415) 555-0100 ', '+14155550100'],
    ],
    bad: [
      ['whatsapp:+14155550100', /reached by WhatsApp, and the sender is one for SMS/],
      ['4155550100', /no country code/],
      ['+1', /not a phone number/],
      ['+1415555010012345', /not a phone number/],
      ['+04155550100', /not a phone number/],
      ['4.15556E+09', /spreadsheet/],
      ['+14155550100,+14155550101', /several numbers/],
      ['whatsapp:Ada', /not a phone number/],
      ['Ada', /not a phone number/],
      ['+14155550199', /sender itself/],
    ],
  },
  from: {
    good: [
      ['+1 415 555 0198', '+14155550198'],
      ['12345', '12345'],
      ['MyShop', 'MyShop'],
      ['A B & C-D_1', 'A B & C-D_1'],
    ],
    bad: [
      ['MyShopIsTooLong', /longer than 11/],
      ['12', /not a phone number or short code/],
      ['+1415', /not a phone number or short code/],
      ['Café', /not a sender/],
      [`MG${hex}`, /messaging service/],
    ],
  },
  messagingServiceSid: {
    good: [[`MG${hex}`, `MG${hex}`]],
    bad: [
      ['MG123', /SID/],
      [`AC${hex}`, /SID/],
    ],
  },
  body: {
    good: [
      ['Hi & bye +1 "quoted"\nnew line 😀', 'Hi & bye +1 "quoted"\nnew line 😀'],
      [' kept as it is ', ' kept as it is '],
      ['x'.repeat(1600), 'x'.repeat(1600)],
      ['😀'.repeat(1600), '😀'.repeat(1600)],
    ],
    bad: [
      ['x'.repeat(1601), /1601 characters/],
      ['', /empty/],
      ['  \n', /empty/],
    ],
  },
  mediaUrl: {
    good: [
      ['https://example.com/a.png?x=1&y=2', ['https://example.com/a.png?x=1&y=2']],
      ['http://e.com/a', ['http://e.com/a']],
    ],
    bad: [
      ['ftp://example.com/a', /web address/],
      ['example.com/a.png', /web address/],
      ['https://', /web address/],
      ['https:///a.png', /web address/],
      ['https://example..com/a.png', /no host name that can exist/],
      ['https://user:pw@example.com/a.png', /user name or password/],
    ],
  },
  statusCallback: {
    good: [['https://example.com/status?x=1', 'https://example.com/status?x=1']],
    bad: [
      ['/status', /web address/],
      ['https://my_host.example.com/', /_ in its host/],
      ['https://*.example.com/', /no host name that can exist/],
      [`https://example.com/${'x'.repeat(4000)}`, /longer than 4000/],
    ],
  },
  applicationSid: { good: [[`AP${hex}`, `AP${hex}`]], bad: [['AP1', /SID/]] },
  accountSid: { good: [[`AC${hex}`, `AC${hex}`]], bad: [['AC1', /SID/]] },
  validityPeriod: {
    good: [
      ['1', 1],
      ['14400', 14400],
    ],
    bad: [
      ['0', /1 to 14400/],
      ['14401', /1 to 14400/],
      ['1.5', /whole seconds/],
      ['1h', /whole seconds/],
    ],
  },
  sendAt: {
    with: { messagingServiceSid: `MG${hex}` },
    good: [
      ['2026-11-23T10:05:00Z', '2026-11-23T10:05:00Z'],
      ['2026-11-23T12:05:00+02:00', '2026-11-23T10:05:00Z'],
      ['+2h', '2026-11-23T12:00:00Z'],
      ['+35d', '2026-12-28T10:00:00Z'],
    ],
    bad: [
      ['2026-11-23T10:04:59Z', /5 minutes/],
      ['2027-01-01T00:00:00Z', /35 days/],
      ['2026-11-24 09:00', /time with its zone/],
      ['2026-13-40T09:00:00Z', /does not exist|that exists/],
      ['tomorrow', /time with its zone/],
    ],
  },
  scheduleType: {
    with: { messagingServiceSid: `MG${hex}`, sendAt: '+2h' },
    good: [
      ['fixed', 'fixed'],
      ['FIXED', 'fixed'],
    ],
    bad: [['daily', /fixed/]],
  },
  provideFeedback: {
    good: [
      ['true', true],
      ['False', false],
    ],
    bad: [['yes', /true or false/]],
  },
  maxPrice: {
    good: [
      ['0.05', 0.05],
      ['1.2345', 1.2345],
    ],
    bad: [
      ['0', /above 0/],
      ['-1', /above 0/],
      ['0.00001', /4 decimals/],
    ],
  },
  contentSid: { good: [[`HX${hex}`, `HX${hex}`]], bad: [['HX', /SID/]] },
  contentVariables: {
    with: { contentSid: `HX${hex}` },
    good: [['{"1": "Ada"}', '{"1":"Ada"}']],
    bad: [
      ['Ada', /JSON object/],
      ['["Ada"]', /JSON object/],
      ['{', /JSON object/],
    ],
  },
  smartEncoded: { good: [['true', true]], bad: [['1', /true or false/]] },
  shortenUrls: { with: { messagingServiceSid: `MG${hex}` }, good: [['true', true]], bad: [['on', /true or false/]] },
  sendAsMms: { good: [['false', false]], bad: [['no', /true or false/]] },
  riskCheck: { good: [['enable', 'enable']], bad: [['on', /enable or disable/]] },
  contentRetention: { good: [['discard', 'discard']], bad: [['keep', /retain or discard/]] },
  addressRetention: { good: [['obfuscate', 'obfuscate']], bad: [['keep', /retain or obfuscate/]] },
  forceDelivery: { good: [['true', true]], bad: [['yes', /true or false/]] },
  attempt: {
    good: [['2', 2]],
    bad: [
      ['0', /whole number/],
      ['x', /whole number/],
    ],
  },
  persistentAction: { good: [['geo:37.78,-122.39|here', ['geo:37.78,-122.39|here']]], bad: [] },
  fallbackFrom: {
    with: { messagingServiceSid: `MG${hex}` },
    good: [['+14155550198', '+14155550198']],
    bad: [['!', /not a sender/]],
  },
  trafficType: { good: [['free', 'free']], bad: [['paid', /free/]] },
};

describe.each(parameters.map(({ key }) => key))('%s', (key) => {
  const { good, bad, with: beside = {} } = table[key];

  it.each(good)('takes %j', (text, value) => {
    const { request, issues } = check({ ...whole, ...beside, [key]: text });
    expect(issues).toEqual([]);
    expect(request?.[key]).toEqual(value);
  });

  it.each(bad)('refuses %j', (text, problem) => {
    const { request, issues } = check({ ...whole, ...beside, [key]: text });
    expect(request).toBeUndefined();
    expect(issues.map((issue) => issue.problem).join()).toMatch(problem);
    expect(issues.map(({ column }) => column)).toContain(flagOrigin.columnOf(key));
  });
});

it('shows no password of an address that is refused for it', () => {
  const { issues } = check({
    ...whole,
    statusCallback: 'https://user:hunter2@example.com/',
    mediaUrl: 'https://hunter2@e.com',
  });
  expect(issues.map(({ value }) => value).sort()).toEqual(['https://•••@e.com', 'https://•••@example.com/']);
});

describe('what holds between parameters', () => {
  it.each<[string, RawRequest, string, RegExp]>([
    ['a recipient is needed', { ...whole, to: '' }, '--to', /empty/],
    ['a sender is needed', { to: '+14155550100', body: 'Hi' }, '--from', /missing/],
    ['something to say is needed', { ...whole, body: '' }, '--body', /empty/],
    ['variables need a content SID', { ...whole, contentVariables: '{}' }, '--content-variables', /content SID/],
    [
      'a schedule needs a service: Twilio would send at once',
      { ...whole, sendAt: '+2h' },
      '--send-at',
      /messaging service/,
    ],
    ['a schedule type needs a time', { ...whole, scheduleType: 'fixed' }, '--schedule-type', /time/],
    ['short links need a service', { ...whole, shortenUrls: 'true' }, '--shorten-urls', /messaging service/],
    ['a fallback needs a service', { ...whole, fallbackFrom: '12345' }, '--fallback-from', /messaging service/],
    [
      'ten media are the most',
      { ...whole, mediaUrl: Array(11).fill('https://e.com/a') },
      '--media-url',
      /11 addresses/,
    ],
    ['one value a parameter', { ...whole, from: ['12345', '12346'] }, '--from', /twice/],
  ])('%s', (_, raw, column, problem) => {
    const { request, issues } = check(raw);
    expect(request).toBeUndefined();
    expect(issues).toEqual([expect.objectContaining({ column, problem: expect.stringMatching(problem) })]);
  });

  it('needs no service for links that are not to be shortened', () => {
    expect(check({ ...whole, shortenUrls: 'false' })).toMatchObject({ request: { shortenUrls: false }, issues: [] });
  });

  const channels = {
    sms: '+14155550100',
    whatsapp: 'whatsapp:+14155550100',
    rcs: 'rcs:+14155550100',
    messenger: 'messenger:123',
  };
  const pairs = Object.entries(channels).flatMap(([to, address]) =>
    [...Object.entries({ ...channels, sms: '12345' }), ['sms', 'MyShop'] as const].map(
      ([from, sender]) => [to, from, address, sender] as const,
    ),
  );
  it.each(pairs)('a recipient by %s from a sender for %s', (to, from, address, sender) => {
    const other = sender.replace('100', '199').replace('123', '124');
    const { issues } = check({ ...whole, to: address, from: other });
    expect(issues.map(({ column }) => column)).toEqual(to === from ? [] : ['--to']);
    const service = { messagingServiceSid: `MG${hex}` };
    expect(check({ ...whole, ...service, to: address, from: other }).issues).toEqual([]);
    expect(check({ to: address, body: 'Hi', ...service }).request?.to).toBe(address);
  });

  it.each<[string, RawRequest, RegExp]>([
    [
      'a schedule so near that Twilio may refuse it when it comes',
      { ...whole, messagingServiceSid: `MG${hex}`, sendAt: '+5m' },
      /near to 5 minutes/,
    ],
    ['a maximum price has no effect', { ...whole, maxPrice: '0.05' }, /no effect/],
    ['a validity period below 5 s is risky', { ...whole, validityPeriod: '4' }, /short/],
    [
      'a callback beside an application wins',
      { ...whole, applicationSid: `AP${hex}`, statusCallback: 'https://e.com/' },
      /wins/,
    ],
  ])('warns: %s', (_, raw, problem) => {
    const { request, warnings } = check(raw);
    expect(request).toBeDefined();
    expect(warnings).toEqual([expect.objectContaining({ problem: expect.stringMatching(problem) })]);
  });

  it('takes a service in place of a sender, media or content in place of a text, and both senders', () => {
    const service = { messagingServiceSid: `MG${hex}` };
    expect(check({ to: '+14155550100', ...service, mediaUrl: 'https://e.com/a' }).issues).toEqual([]);
    expect(check({ to: '+14155550100', ...service, contentSid: `HX${hex}` }).issues).toEqual([]);
    expect(check({ ...whole, ...service }).issues).toEqual([]);
  });

  it('raises the validity period as the config allows', () => {
    const limits = { ...defaultLimits, validityPeriodSeconds: 36_000 };
    expect(
      validate({ ...whole, validityPeriod: '36000' }, flagOrigin, { ...context, limits }).request?.validityPeriod,
    ).toBe(36_000);
  });

  it('sets the schedule type with the time', () => {
    expect(check({ ...whole, messagingServiceSid: `MG${hex}`, sendAt: '+2h' }).request?.scheduleType).toBe('fixed');
  });

  it('reports every fault of a row, each with its column and value', () => {
    const { issues } = check({ to: 'Ada', from: '!', body: 'Hi', validityPeriod: 'x' });
    expect(issues.map(({ column, value }) => [column, value])).toEqual([
      ['--to', 'Ada'],
      ['--from', '!'],
      ['--validity-period', 'x'],
    ]);
  });
});
