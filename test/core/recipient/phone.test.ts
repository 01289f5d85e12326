import { expect, it } from 'vitest';
import { countryFinder, phoneNormalizer } from '../../../src/core/recipient/phone.ts';

const none = await phoneNormalizer();
const american = await phoneNormalizer('US');
const british = await phoneNormalizer('GB');
const german = await phoneNormalizer('DE');
const countryOf = await countryFinder();

it.each([
  [none, '+14155550100', '+14155550100'],
  [none, ' +1 (415) 555-0100 ', '+14155550100'],
  [none, '＋１４１５５５５０１００', '+14155550100'],
  [none, 'tel:+1-415-555-0100', '+14155550100'],
  [none, "'+14155550100", '+14155550100'],
  [none, '="+14155550100"', '+14155550100'],
  [none, '+44 (0)7400 123456', '+447400123456'],
  [none, 'whatsapp:+14155550100', 'whatsapp:+14155550100'],
  [none, 'messenger:12345', 'messenger:12345'],
  [american, '(415) 555-0100', '+14155550100'],
  [american, '14155550100', '+14155550100'],
  [american, 'rcs:4155550100', 'rcs:+14155550100'],
  [german, '0170 1234567', '+491701234567'],
  [german, '0049 170 1234567', '+491701234567'],
  [american, '800-356-9377', '+18003569377'],
])('%# reads %s', (normalize, text, value) => expect(normalize(text)).toEqual({ value }));

it.each([
  [none, '+14155550100.0', '+14155550100', 'ended in .0, which is taken off'],
  [american, '4155550123.0', '+14155550123', 'ended in .0, which is taken off'],
  [american, '4.155550123E+09', '+14155550123', 'was in scientific notation'],
  [british, '7400123456', '+447400123456', 'had lost its leading 0, and is read as a number in GB'],
  [american, '447400123456', '+447400123456', 'had lost its +, and is read as a number in GB'],
  [german, '4915112345680', '+4915112345680', 'had lost its +, and is read as a number in DE'],
  [american, '00447400123456', '+447400123456', 'had 00 in place of its +, and is read as a number in GB'],
  [none, '+49 30 123456', '+4930123456', 'is a landline, which may not receive texts'],
  [american, '900 555 0100', '+19005550100', 'is a premium number, which may not receive texts'],
  [none, '+99912345678', '+99912345678', 'is in no numbering plan, so it may not exist'],
])('%# repairs or doubts %s, and says so', (normalize, text, value, warning) =>
  expect(normalize(text)).toEqual({ value, warning }),
);

it.each([
  [none, '4.15556E+09', 'is a number that a spreadsheet shortened', /Format the column as text/],
  [american, '4,15556E+09', 'is a number that a spreadsheet shortened', /Format the column as text/],
  [none, '4155550100', 'has no country code', /--country US/],
  [none, '07400 123456', 'has no country code', /0 is for calls within a country/],
  [none, '447400123456', 'has lost its +', /\+447400123456, or give --country GB/],
  [none, '00447400123456', 'has 00 in place of its +', /\+447400123456/],
  [none, '12345', 'is not a phone number', /short code/],
  [american, '555', 'is not a phone number in US', /short code/],
  [american, '415 555 0100 ext. 7', 'has an extension, and an extension cannot receive texts', /mobile/],
  [none, '+1 415 555 0100 x12', 'has an extension, and an extension cannot receive texts', /mobile/],
  [american, '1-800-FLOWERS', 'has letters in place of digits', /the digits/],
  [none, '+14155550100, +14155550101', 'holds several numbers', /one number a row/],
  [none, '+14155550100 / +14155550101', 'holds several numbers', /one number a row/],
  [none, '+1415', 'is not a phone number', /8 to 15 digits/],
  [none, 'none', 'is not a phone number', /\+14155550100/],
  [german, 'unbekannt', 'is not a phone number in DE', /\+14155550100/],
])('%# refuses %s, and says why', (normalize, text, problem, hint) =>
  expect(normalize(text)).toEqual({ problem, hint: expect.stringMatching(hint) }),
);

it('refuses a country that is none', async () => {
  await expect(phoneNormalizer('XX')).rejects.toThrow('no country has the code XX');
});

it.each([
  ['+14155550100', 'US'],
  ['+16045550100', 'CA'],
  ['whatsapp:+447400123456', 'GB'],
  ['messenger:12345', undefined],
])('finds the country of %s', (address, country) => expect(countryOf(address)).toBe(country));
