import type { MessageRequest } from '../message.ts';
import type { Parsed } from '../parsed.ts';
import { isChannelAddress, type NormalizePhone } from '../recipient/phone.ts';
import { sid } from '../sid.ts';
import { parseTime } from '../time.ts';
import type { Limits } from './limits.ts';
import { webAddressProblem } from './web-address.ts';

/** A parameter of Twilio's message create, by our name for it. */
export type ParameterKey = Exclude<keyof MessageRequest, 'extra'>;

/** What checking one value needs from outside. Times are milliseconds since 1970. */
export interface ParseContext {
  readonly normalizePhone: NormalizePhone;
  readonly limits: Limits;
  readonly nowMs: number;
}

type Parse = (text: string, context: ParseContext) => Parsed<string | number | boolean>;

/** One row of the table that flags, columns, config defaults and prompts share. */
export interface Parameter {
  readonly key: ParameterKey;
  /** What the value looks like in help, as `<url>`. */
  readonly placeholder: string;
  readonly about: string;
  readonly repeatable?: true;
  readonly parse: Parse;
}

const problem = (text: string, hint?: string): Parsed<never> => ({ problem: text, ...(hint && { hint }) });

const oneOf =
  (...choices: readonly string[]): Parse =>
  (text) =>
    choices.includes(text.toLowerCase()) ? { value: text.toLowerCase() } : problem(`must be ${choices.join(' or ')}`);

const trueOrFalse: Parse = (text) => {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? { value: word === 'true' } : problem('must be true or false');
};

const asIs: Parse = (text) => ({ value: text });

const sender: Parse = (text, { limits }) => {
  if (isChannelAddress(text) || text.startsWith('sim:')) return { value: text };
  const bare = text.replace(/[\s().-]/g, '');
  if (/^\+[1-9]\d{7,14}$/.test(bare) || /^\d{3,8}$/.test(bare)) return { value: bare };
  if (/^MG[0-9a-fA-F]{32}$/.test(text)) return problem('is a messaging service', 'Give it as messaging_service_sid.');
  if (text.startsWith('+') || /^\d+$/.test(bare)) return problem('is not a phone number or short code');
  if (text.length > limits.senderCharacters) return problem(`is longer than ${limits.senderCharacters} characters`);
  return /^[A-Za-z0-9 &+_-]*[A-Za-z][A-Za-z0-9 &+_-]*$/.test(text)
    ? { value: text }
    : problem('is not a sender', 'A name has letters, digits, spaces and & + _ -, with at least one letter.');
};

const body: Parse = (text, { limits }) => {
  if (text.includes('\ufffd')) {
    return problem(
      'holds \ufffd: a character was lost when it was saved',
      'Save the file as "CSV UTF-8" at its source.',
    );
  }
  const characters = text.length > limits.bodyCharacters ? [...text].length : text.length;
  return characters > limits.bodyCharacters
    ? problem(`has ${characters} characters, more than ${limits.bodyCharacters}`, 'Shorten the text.')
    : { value: text };
};

const webUrl: Parse = (text) => webAddressProblem(text) ?? { value: text };

const callback: Parse = (text, { limits }) =>
  text.length > limits.callbackCharacters
    ? problem(`is longer than ${limits.callbackCharacters} characters`)
    : (webAddressProblem(text) ?? { value: text });

const price: Parse = (text) => {
  if (!/^\d+(\.\d{1,4})?$/.test(text) || Number(text) <= 0) {
    return problem('must be a price above 0 with at most 4 decimals');
  }
  return {
    value: Number(text),
    warning: 'has had no effect at Twilio since 2024-06-03; --max-cost is what limits the bill',
  };
};

const validityPeriod: Parse = (text, { limits }) => {
  const seconds = Number(text);
  const max = limits.validityPeriodSeconds;
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > max) {
    return problem(
      `must be whole seconds from 1 to ${max}`,
      'limits.validity_period in the config raises it to 36000.',
    );
  }
  return seconds < 5
    ? { value: seconds, warning: 'is so short that messages may expire before they leave Twilio' }
    : { value: seconds };
};

const wholeNumber: Parse = (text) =>
  /^[1-9]\d{0,8}$/.test(text) ? { value: Number(text) } : problem('must be a whole number above 0');

/** What may pass before a message is at Twilio, in milliseconds. Our choice. */
const nearMs = 30_000;
const tooNear = 'is so near to 5 minutes ahead, the least that Twilio takes, that it may be refused';

const sendAt: Parse = (text, { nowMs, limits }) => {
  const parsed = parseTime(text, nowMs, 'ahead');
  if ('problem' in parsed) return parsed;
  const { value: atMs } = parsed;
  if (atMs < nowMs + limits.sendAtMinMs) return problem('is less than 5 minutes ahead, which Twilio refuses');
  if (atMs > nowMs + limits.sendAtMaxMs) return problem('is more than 35 days ahead, which Twilio refuses');
  const value = new Date(atMs).toISOString().replace('.000Z', 'Z');
  return atMs < nowMs + limits.sendAtMinMs + nearMs ? { value, warning: tooNear } : { value };
};

const jsonObject: Parse = (text) => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value: JSON.stringify(value) };
  } catch {
    // Said below, in the same words.
  }
  return problem('is not a JSON object', 'Write it as {"1":"Ada"}.');
};

const toAddress: Parse = (text, { normalizePhone }) => normalizePhone(text);

/**
 * Every parameter of Twilio's message create that volley knows by name.
 * Rules: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
 */
export const parameters: readonly Parameter[] = [
  {
    key: 'to',
    placeholder: '<number>',
    about: 'recipient, as +14155550100 or whatsapp:+14155550100',
    parse: toAddress,
  },
  { key: 'from', placeholder: '<sender>', about: 'number, short code, name or channel address', parse: sender },
  { key: 'messagingServiceSid', placeholder: '<MG…>', about: 'messaging service to send from', parse: sid('MG') },
  { key: 'body', placeholder: '<text>', about: 'the text, at most 1600 characters', parse: body },
  { key: 'mediaUrl', placeholder: '<url>', about: 'picture or file, at most 10', repeatable: true, parse: webUrl },
  { key: 'statusCallback', placeholder: '<url>', about: 'where Twilio reports delivery', parse: callback },
  { key: 'applicationSid', placeholder: '<AP…>', about: 'application whose callback is used', parse: sid('AP') },
  { key: 'accountSid', placeholder: '<AC…>', about: 'subaccount that sends', parse: sid('AC') },
  { key: 'validityPeriod', placeholder: '<seconds>', about: 'drop it if still queued after', parse: validityPeriod },
  { key: 'sendAt', placeholder: '<time>', about: 'schedule at Twilio: ISO 8601, tomorrow 9:00, +2h', parse: sendAt },
  { key: 'scheduleType', placeholder: '<fixed>', about: 'set by --send-at', parse: oneOf('fixed') },
  { key: 'provideFeedback', placeholder: '<bool>', about: 'feedback will follow', parse: trueOrFalse },
  { key: 'maxPrice', placeholder: '<usd>', about: 'obsolete at Twilio', parse: price },
  { key: 'contentSid', placeholder: '<HX…>', about: 'content template', parse: sid('HX') },
  { key: 'contentVariables', placeholder: '<json>', about: 'variables of the content template', parse: jsonObject },
  { key: 'smartEncoded', placeholder: '<bool>', about: 'let Twilio replace look-alikes', parse: trueOrFalse },
  { key: 'shortenUrls', placeholder: '<bool>', about: 'shorten links (messaging service)', parse: trueOrFalse },
  { key: 'sendAsMms', placeholder: '<bool>', about: 'send text as MMS', parse: trueOrFalse },
  { key: 'riskCheck', placeholder: '<word>', about: 'enable or disable', parse: oneOf('enable', 'disable') },
  { key: 'contentRetention', placeholder: '<word>', about: 'retain or discard', parse: oneOf('retain', 'discard') },
  { key: 'addressRetention', placeholder: '<word>', about: 'retain or obfuscate', parse: oneOf('retain', 'obfuscate') },
  { key: 'forceDelivery', placeholder: '<bool>', about: 'reserved by Twilio', parse: trueOrFalse },
  { key: 'attempt', placeholder: '<n>', about: 'attempts so far, this one included', parse: wholeNumber },
  {
    key: 'persistentAction',
    placeholder: '<action>',
    about: 'rich action, as geo:37.78,-122.39',
    repeatable: true,
    parse: asIs,
  },
  { key: 'fallbackFrom', placeholder: '<sender>', about: 'SMS sender when RCS fails', parse: sender },
  { key: 'trafficType', placeholder: '<word>', about: 'free', parse: oneOf('free') },
];

const byKey = new Map(parameters.map((parameter) => [parameter.key, parameter]));

/** The table's row for a key. */
export function parameterOf(key: ParameterKey): Parameter {
  return byKey.get(key)!;
}

/** `mediaUrl` → `MediaUrl`, Twilio's spelling. */
export function twilioName(key: ParameterKey): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** `mediaUrl` → `--media-url`. */
export function flagName(key: ParameterKey): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `mediaUrl` → `media_url`, as config files and front matter write it. */
export function tomlName(key: ParameterKey): string {
  return flagName(key).slice(2).replaceAll('-', '_');
}

/** A name without case, spaces, `_` and `-`: `Media URL`, `media_url` and `MediaUrl` are one. */
export function foldName(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]/g, '');
}

const byFoldedName = new Map<string, ParameterKey>(parameters.map(({ key }) => [foldName(key), key]));

/** The parameter that a column, key or setting of this name holds; `media_url_2` holds another media URL. */
export function parameterNamed(name: string): ParameterKey | undefined {
  const folded = foldName(name);
  const exact = byFoldedName.get(folded);
  if (exact) return exact;
  const numbered = byFoldedName.get(folded.replace(/\d+$/, ''));
  return numbered && parameterOf(numbered).repeatable ? numbered : undefined;
}

/** Which parameter a sender is given by: a messaging service has its own. */
export function senderKey(sender: string): 'from' | 'messagingServiceSid' {
  return /^MG/i.test(sender) ? 'messagingServiceSid' : 'from';
}

/** A sender, as people write it, in the form Twilio takes. */
export function parseSender(sender: string, context: Parameters<Parse>[1]): Parsed<string> {
  const parsed = parameterOf(senderKey(sender)).parse(sender, context);
  return 'problem' in parsed ? parsed : { value: String(parsed.value) };
}
