import { createHash } from 'node:crypto';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { isSignedBy } from '../../src/provider/twilio/signature.ts';

const token = '2ee1a2ee1a2ee1a2ee1a2ee1a2ee1a2e';

type Form = Readonly<Record<string, string | readonly string[]>>;

const bodyOf = (form: Form): string => {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) for (const one of [value].flat()) body.append(name, one);
  return body.toString();
};

/** The shapes of Twilio's own tests: addresses with ports, users, queries, and forms with all that a form can hold. */
const urls = [
  'https://example.com/twilio',
  'https://example.com:443/twilio',
  'https://example.com:8443/twilio?foo=1&bar=2',
  'http://example.com/twilio?x=%20a+b&y=',
  'http://example.com:1234/twilio',
  'https://user:pass@example.com/twilio',
  'https://user:pass@example.com:5678/twilio?m=0123456789ab-1',
  'https://ex-ample.co.uk/a/b%2Fc/?q=%C3%A4',
];
const forms: readonly Form[] = [
  {},
  { MessageSid: `SM${'1'.repeat(32)}`, MessageStatus: 'delivered', To: '+14155550100' },
  { b: '2', a: '1', C: '3', Empty: '' },
  { MediaUrl: ['https://b', 'https://a', 'https://b'], Body: 'Grüße & mehr = 1+1? 😀\n' },
];

describe('a signature', () => {
  const cases = urls.flatMap((url) => forms.map((form) => [url, form] as const));

  it.each(cases)('made by Twilio’s library for %s and %j is taken', (url, form) => {
    const signature = twilio.getExpectedTwilioSignature(token, url, form as Record<string, string>);
    expect(twilio.validateRequest(token, signature, url, form as Record<string, string>)).toBe(true);
    const request = { url, signature, body: bodyOf(form), isForm: true };
    expect(isSignedBy([token], request)).toBe(true);
    expect(isSignedBy(['other', token], request)).toBe(true);
  });

  it.each(cases)('that is forged for %s and %j is refused', (url, form) => {
    const signature = twilio.getExpectedTwilioSignature(token, url, form as Record<string, string>);
    const request = { url, signature, body: bodyOf(form), isForm: true };
    for (const forged of [
      { ...request, signature: twilio.getExpectedTwilioSignature('guess', url, form as Record<string, string>) },
      { ...request, signature: signature.toLowerCase() },
      { ...request, signature: '' },
      { ...request, url: `${url}x` },
      { ...request, url: url.replace('example', 'evil').replace('ex-ample', 'evil') },
      { ...request, body: bodyOf({ ...form, Extra: '1' }) },
      { ...request, isForm: false },
    ]) {
      expect(isSignedBy([token], forged)).toBe(false);
    }
    expect(isSignedBy([], request)).toBe(false);
  });

  it('counts with and without the port of the scheme, as proxies hide it', () => {
    const form = { a: '1' };
    const sign = (url: string) => twilio.getExpectedTwilioSignature(token, url, form);
    const body = bodyOf(form);
    for (const [seen, signed] of [
      ['https://example.com/x', 'https://example.com:443/x'],
      ['https://example.com:443/x', 'https://example.com/x'],
      ['http://example.com/x', 'http://example.com:80/x'],
      ['https://example.com:8443/x', 'https://example.com/x'],
    ] as const) {
      expect(isSignedBy([token], { url: seen, signature: sign(signed), body, isForm: true })).toBe(true);
      expect(twilio.validateRequest(token, sign(signed), seen, form)).toBe(true);
    }
  });

  it('of a body that is no form goes by its hash in the address', () => {
    const body = '{"a": 1}';
    const hash = createHash('sha256').update(body).digest('hex');
    const url = `https://example.com/x?bodySHA256=${hash}`;
    const signature = twilio.getExpectedTwilioSignature(token, url, {});
    expect(twilio.validateRequestWithBody(token, signature, url, body)).toBe(true);
    expect(isSignedBy([token], { url, signature, body, isForm: false })).toBe(true);
    expect(isSignedBy([token], { url, signature, body: '{"a": 2}', isForm: false })).toBe(false);
    const bare = 'https://example.com/x';
    const unhashed = twilio.getExpectedTwilioSignature(token, bare, {});
    expect(isSignedBy([token], { url: bare, signature: unhashed, body, isForm: false })).toBe(false);
  });
});
