import { expect, it } from 'vitest';
import { webAddressProblem } from '../../../src/core/request/web-address.ts';

const longLabel = 'a'.repeat(63);
const longest = [longLabel, longLabel, longLabel, 'a'.repeat(61)].join('.');

it.each([
  'https://example.com',
  'HTTPS://Example.COM/x?y=1#rc=2',
  'http://a.b-c.example:8080/x',
  'https://localhost/x',
  'https://192.0.2.1:444/x',
  'https://[2001:db8::1]:444/x',
  'https://ünïcode.example/x',
  'https://例え.テスト/',
  'https://xn--ncode-cta3g.example/',
  'https://example.com/user@example.com',
  'https://example.com?x=a@b_c',
  `https://${longLabel}.com/`,
  `https://${longest}/`,
])('%s is an address', (url) => expect(webAddressProblem(url)).toBeUndefined());

it('stays an address however many have been looked at', () => {
  const refused = Array.from({ length: 20_000 }, () => webAddressProblem('https://ünïcode.example/x')).filter(Boolean);
  expect(refused).toEqual([]);
});

it.each([
  ['https:///x', /not a web address/],
  ['https://', /not a web address/],
  ['https:/example.com', /not a web address/],
  ['https:\\\\example.com', /not a web address/],
  ['https://exa mple.com', /not a web address/],
  ['https://example.com\\@evil.example/', /not a web address/],
  ['ftp://example.com', /not a web address/],
  ['example.com', /not a web address/],
  ['https://example..com', /can exist/],
  ['https://.example.com', /can exist/],
  ['https://example.com.', /can exist/],
  ['https://-example.com', /can exist/],
  ['https://example-.com', /can exist/],
  ['https://*.example.com', /can exist/],
  ['https://ex%61mple.com', /can exist/],
  ['https://example.com:99999', /a port that cannot exist/],
  ['https://256.256.256.256/', /can exist/],
  [`https://${longLabel}a.com`, /can exist/],
  [`https://${longest}a/`, /can exist/],
  ['https://user:pw@example.com', /user name or password/],
  ['https://user@example.com', /user name or password/],
  ['https://@example.com', /user name or password/],
  ['https://a_b.example.com', /_ in its host/],
])('%s is none', (url, problem) => expect(webAddressProblem(url)?.problem).toMatch(problem));
