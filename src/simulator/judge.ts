import { parseUrl } from '../core/request/web-address.ts';
/** Why Twilio would refuse a request: the HTTP status, its code, its words. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

/** A parameter's value. An empty one counts as not given. */
const given = (form: URLSearchParams, name: string): string | undefined => form.get(name) || undefined;

type Judge = (form: URLSearchParams, nowMs: number) => Refusal | undefined;

const refusal = (code: number, message: string): Refusal => ({ status: 400, code, message });

const number = /^\+[1-9]\d{7,14}$/;
/** The channel of an address; plain numbers, short codes and names go by SMS. */
const channelOf = (address: string) => /^(whatsapp|rcs|messenger):/.exec(address)?.[1];
const isRecipient = (to: string) =>
  number.test(to) || /^(whatsapp|rcs):\+[1-9]\d{7,14}$/.test(to) || /^messenger:\S+$/.test(to);
const sid = (prefix: string) => new RegExp(`^${prefix}[0-9a-fA-F]{32}$`);
const web = (text: string) => /^https?:\/\/\S+$/i.test(text) && parseUrl(text) !== undefined;

/** Numbers that always fail in one way, so that people can rehearse it: https://www.twilio.com/docs/iam/test-credentials. */
const badTo: Readonly<Record<string, (to: string, from: string) => Refusal>> = {
  '+15005550001': (to) => refusal(21211, `The 'To' number ${to} is not a valid phone number.`),
  '+15005550002': (to, from) =>
    refusal(
      21612,
      `The 'To' phone number: ${to}, is not currently reachable using the 'From' phone number: ${from} via SMS.`,
    ),
  '+15005550003': (to) =>
    refusal(
      21408,
      `Permission to send an SMS has not been enabled for the region indicated by the 'To' number: ${to}.`,
    ),
  '+15005550004': () => refusal(21610, 'Attempt to send to unsubscribed recipient'),
  '+15005550009': (to) => refusal(21614, `'To' number ${to} is not a valid mobile number`),
};

const badFrom: Readonly<Record<string, (from: string) => Refusal>> = {
  '+15005550001': (from) =>
    refusal(21212, `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`),
  '+15005550007': (from) =>
    refusal(
      21606,
      `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number for this destination.`,
    ),
  '+15005550008': (from) =>
    refusal(21611, `This 'From' number ${from} has exceeded the maximum number of queued messages`),
};

const judgeTo: Judge = (form) => {
  const to = form.get('To') ?? '';
  if (to === '') return refusal(21604, "A 'To' phone number is required.");
  if (!isRecipient(to)) return refusal(21211, `Invalid 'To' Phone Number: ${to}`);
  if (to === form.get('From')) return refusal(21266, "'To' and 'From' number cannot be the same");
  return badTo[to]?.(to, form.get('From') ?? '');
};

const judgeSender: Judge = (form) => {
  const from = form.get('From') ?? '';
  const service = form.get('MessagingServiceSid') ?? '';
  if (from === '' && service === '') return refusal(21603, "A 'From' phone number is required.");
  if (service !== '' && !sid('MG').test(service))
    return refusal(21701, `The Messaging Service ${service} does not exist`);
  if (from === '') return undefined;
  const isSender =
    number.test(from) ||
    /^\d{3,8}$/.test(from) ||
    channelOf(from) !== undefined ||
    /^sim:.+$/.test(from) ||
    (from.length <= 11 && /^[\w &+-]*[A-Za-z][\w &+-]*$/.test(from));
  if (!isSender)
    return refusal(
      21212,
      `The 'From' number ${from} is not a valid phone number, shortcode, or alphanumeric sender ID.`,
    );
  if (service === '' && channelOf(from) !== channelOf(form.get('To') ?? '')) {
    return refusal(21910, 'Invalid From and To pair. From and To should be of the same channel');
  }
  return badFrom[from]?.(from);
};

const judgeContent: Judge = (form) => {
  const body = form.get('Body') ?? '';
  const media = form.getAll('MediaUrl').filter((url) => url !== '');
  const content = form.get('ContentSid') ?? '';
  if (body === '' && media.length === 0 && content === '') return refusal(21602, 'Message body is required.');
  if ([...body].length > 1600) return refusal(21617, 'The concatenated message body exceeds the 1600 character limit');
  if (media.length > 10) return refusal(21623, 'Number of media files exceeds allowed limit');
  const bad = media.find((url) => !web(url));
  if (bad !== undefined) return refusal(21620, `Invalid media URL(s): ${bad}`);
  if (content !== '' && !sid('HX').test(content)) return refusal(21655, `The ContentSid ${content} is Invalid`);
  const variables = given(form, 'ContentVariables');
  if (variables !== undefined && (content === '' || !isJsonObject(variables))) {
    return refusal(21656, 'The ContentVariables Parameter is invalid');
  }
  return undefined;
};

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const judgeCallback: Judge = (form) => {
  const callback = given(form, 'StatusCallback');
  if (
    callback !== undefined &&
    (!web(callback) || callback.length > 4000 || new URL(callback).hostname.includes('_'))
  ) {
    return refusal(21609, `The 'StatusCallback' URL ${callback} is not a valid URL.`);
  }
  const application = given(form, 'ApplicationSid');
  if (application !== undefined && !sid('AP').test(application)) return invalidParameter('ApplicationSid', application);
  return undefined;
};

const invalidParameter = (name: string, value: string): Refusal =>
  refusal(20001, `Invalid parameter ${name}: ${value}`);

/** The time of an ISO 8601 text, which is UTC unless it says otherwise; milliseconds since 1970. */
export function parseSendAt(text: string): number | undefined {
  const isIso = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(text);
  const atMs = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return isIso && !Number.isNaN(atMs) ? atMs : undefined;
}

/** A schedule without a service is not refused: Twilio drops it and sends at once. */
const judgeSchedule: Judge = (form, nowMs) => {
  if (given(form, 'MessagingServiceSid') === undefined) return undefined;
  const type = given(form, 'ScheduleType');
  const sendAt = given(form, 'SendAt');
  if (type === undefined && sendAt === undefined) return undefined;
  if (sendAt === undefined)
    return refusal(35111, "SendAt timestamp is missing: You must indicate SendAt if ScheduleType is 'fixed'.");
  if (type !== 'fixed') return refusal(35115, `ScheduleType ${type ?? ''} is not supported`);
  const atMs = parseSendAt(sendAt);
  if (atMs === undefined || atMs < nowMs + 300_000 || atMs > nowMs + 35 * 86_400_000) {
    return refusal(
      35114,
      'SendAt time must be between 300 seconds and 35 days (3024000 seconds) in the future, inclusive.',
    );
  }
  return undefined;
};

const words: Readonly<Record<string, readonly string[]>> = {
  ProvideFeedback: ['true', 'false'],
  SmartEncoded: ['true', 'false'],
  ShortenUrls: ['true', 'false'],
  SendAsMms: ['true', 'false'],
  ForceDelivery: ['true', 'false'],
  RiskCheck: ['enable', 'disable'],
  ContentRetention: ['retain', 'discard'],
  AddressRetention: ['retain', 'obfuscate'],
  TrafficType: ['free'],
};

const judgeOptions: Judge = (form) => {
  const validity = given(form, 'ValidityPeriod');
  if (validity !== undefined && (!/^\d+$/.test(validity) || Number(validity) < 1 || Number(validity) > 36_000)) {
    return refusal(21624, `ValidityPeriod ${validity} is invalid. It must be between 1 and 36000 seconds.`);
  }
  for (const [name, choices] of Object.entries(words)) {
    const value = given(form, name);
    if (value !== undefined && !choices.includes(value.toLowerCase())) return invalidParameter(name, value);
  }
  const price = given(form, 'MaxPrice');
  if (price !== undefined && !/^\d+(\.\d{1,4})?$/.test(price)) return invalidParameter('MaxPrice', price);
  const attempt = given(form, 'Attempt');
  return attempt !== undefined && !/^\d+$/.test(attempt) ? invalidParameter('Attempt', attempt) : undefined;
};

const judges = [judgeTo, judgeSender, judgeContent, judgeCallback, judgeSchedule, judgeOptions];

/** Judges a create request as Twilio does; undefined means it is taken. Unknown parameters are ignored. */
export function judgeCreate(form: URLSearchParams, nowMs: number): Refusal | undefined {
  for (const judge of judges) {
    const refused = judge(form, nowMs);
    if (refused) return refused;
  }
  return undefined;
}
