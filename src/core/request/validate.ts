import type { MessageRequest, RowIssue } from '../message.ts';
import { channelOf, type Parsed } from '../recipient/phone.ts';
import { flagName, type ParameterKey, type ParseContext, parameterOf } from './parameters.ts';
import { withoutUserinfo } from './web-address.ts';

/** Parameters as somebody wrote them: text, or several for the repeatable ones. Absent and empty mean "not given". */
export type RawRequest = Readonly<Partial<Record<ParameterKey, string | readonly string[]>>> & {
  readonly extra?: Readonly<Record<string, string>>;
};

/** Where a raw request comes from, so that an issue names the reader's own line and column. */
export interface Origin {
  readonly line: number;
  /** The column, key or flag that gave a parameter. */
  readonly columnOf: (key: ParameterKey) => string;
}

/** A request that may be sent, or the issues that forbid it; warnings never forbid. */
export interface Validated {
  readonly request?: MessageRequest;
  readonly issues: readonly RowIssue[];
  readonly warnings: readonly RowIssue[];
}

/** The origin of values that came as flags. */
export const flagOrigin: Origin = { line: 1, columnOf: flagName };

type Fields = { -readonly [K in keyof MessageRequest]?: unknown };

/** The one validator: flags, files, events and prompts all end here. Rules as in the README's parameter table. */
export function validate(raw: RawRequest, origin: Origin, context: ParseContext): Validated {
  const fields: Fields = raw.extra && Object.keys(raw.extra).length > 0 ? { extra: raw.extra } : {};
  const issues: RowIssue[] = [];
  const warnings: RowIssue[] = [];
  for (const key of Object.keys(raw)) {
    if (key !== 'extra') readParameter(key as ParameterKey, raw, { fields, issues, warnings, origin, context });
  }
  if (fields.sendAt !== undefined) fields.scheduleType = 'fixed';
  for (const rule of rules) {
    const broken = rule(raw, fields);
    if (broken) (broken.warning ? warnings : issues).push(toIssue(origin, broken));
  }
  return issues.length > 0 ? { issues, warnings } : { request: fields as unknown as MessageRequest, issues, warnings };
}

interface Reading {
  readonly fields: Fields;
  readonly issues: RowIssue[];
  readonly warnings: RowIssue[];
  readonly origin: Origin;
  readonly context: ParseContext;
}

function readParameter(
  key: ParameterKey,
  raw: RawRequest,
  { fields, issues, warnings, origin, context }: Reading,
): void {
  const given = raw[key];
  if (given === undefined) return;
  const parameter = parameterOf(key);
  const texts = typeof given === 'string' ? [given] : given;
  const values: unknown[] = [];
  for (const text of texts) {
    const value = key === 'body' ? text : text.trim();
    if (value.trim() === '') continue;
    const parsed = unprintable(value) ?? parameter.parse(value, context);
    const shown = withoutUserinfo(value).replace(unprintables, codePointOf);
    const where = { line: origin.line, column: origin.columnOf(key), value: shown };
    if ('problem' in parsed) issues.push({ ...where, ...parsed });
    else {
      values.push(parsed.value);
      if (parsed.warning) warnings.push({ ...where, problem: parsed.warning });
    }
  }
  if (values.length === 0) return;
  if (values.length > 1 && !parameter.repeatable) {
    issues.push({ line: origin.line, column: origin.columnOf(key), value: texts.join(' '), problem: 'is given twice' });
  }
  fields[key] = parameter.repeatable ? values : values[0];
  if (key === 'mediaUrl' && values.length > context.limits.mediaUrls) {
    const problem = `has ${values.length} addresses, more than ${context.limits.mediaUrls}`;
    issues.push({ line: origin.line, column: origin.columnOf(key), value: texts.join(' '), problem });
  }
}

/** Control characters but for tabs and line breaks, and halves of characters: nothing that a text can hold. */
const unprintables = /[^\P{Cc}\t\n\r]|\p{Cs}/gu;

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

function unprintable(text: string): Parsed<never> | undefined {
  const [found] = text.match(unprintables) ?? [];
  if (found === undefined) return undefined;
  const what = /\p{Cs}/u.test(found) ? 'half a character' : 'a control character';
  return { problem: `holds ${what} (${codePointOf(found)})`, hint: 'Take it out at its source.' };
}

interface Broken {
  readonly key: ParameterKey;
  readonly value?: string;
  readonly problem: string;
  readonly hint?: string;
  readonly warning?: true;
}

type Rule = (raw: RawRequest, fields: Fields) => Broken | undefined;

const isGiven = (raw: RawRequest, key: ParameterKey): boolean => {
  const value = raw[key];
  return value !== undefined && [value].flat().some((text) => text.trim() !== '');
};

const needs =
  (key: ParameterKey, other: ParameterKey, problem: string, hint: string): Rule =>
  (raw) =>
    isGiven(raw, key) && !isGiven(raw, other) ? { key, value: String(raw[key]), problem, hint } : undefined;

const channelNames: Readonly<Record<string, string>> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  rcs: 'RCS',
  messenger: 'Messenger',
};

/** Twilio refuses such a pair with 21910, https://www.twilio.com/docs/api/errors/21910. */
function otherChannel(value: string, to: string, from: string): Broken {
  const sender = to === 'sms' ? 'a number' : `one that begins with ${to}:`;
  return {
    ...{
      key: 'to',
      value,
      problem: `is reached by ${channelNames[to]}, and the sender is one for ${channelNames[from]}`,
    },
    hint: `Twilio refuses it (21910): give ${sender} as the sender, or a messaging service.`,
  };
}

/** What holds between parameters. Each looks at what was given, so that one bad value makes one issue. */
const rules: readonly Rule[] = [
  (raw) =>
    isGiven(raw, 'to') ? undefined : { key: 'to', problem: 'is empty', hint: 'Every message needs a recipient.' },
  (raw) =>
    isGiven(raw, 'from') || isGiven(raw, 'messagingServiceSid')
      ? undefined
      : {
          key: 'from',
          problem: 'is missing, and there is no messaging service',
          hint: 'Give --from or --messaging-service-sid, a column of that name, or [defaults] in the config.',
        },
  (raw) =>
    isGiven(raw, 'body') || isGiven(raw, 'mediaUrl') || isGiven(raw, 'contentSid')
      ? undefined
      : { key: 'body', problem: 'is empty', hint: 'A message needs a body, a media URL or a content SID.' },
  needs('contentVariables', 'contentSid', 'needs a content SID', 'Give --content-sid too.'),
  needs(
    'sendAt',
    'messagingServiceSid',
    'needs a messaging service',
    'Without one Twilio ignores the schedule and sends at once. Name one as the sender (--messaging-service-sid MG…).',
  ),
  needs('scheduleType', 'sendAt', 'needs a time', 'Give --send-at too.'),
  needs('shortenUrls', 'messagingServiceSid', 'needs a messaging service', 'Give --messaging-service-sid.'),
  needs('fallbackFrom', 'messagingServiceSid', 'needs a messaging service', 'Give --messaging-service-sid.'),
  (_, { to, from }) =>
    to !== undefined && to === from
      ? { key: 'to', value: String(to), problem: 'is the sender itself', hint: 'Twilio refuses it (21266).' }
      : undefined,
  (raw, fields) => {
    // A service chooses among its senders by the recipient's channel.
    if (isGiven(raw, 'messagingServiceSid') || fields.to === undefined || fields.from === undefined) return undefined;
    const [to, from] = [String(fields.to), String(fields.from)];
    return channelOf(to) === channelOf(from) ? undefined : otherChannel(to, channelOf(to), channelOf(from));
  },
  (raw) =>
    isGiven(raw, 'applicationSid') && isGiven(raw, 'statusCallback')
      ? {
          key: 'applicationSid',
          value: String(raw.applicationSid),
          problem: 'is given with a status callback, which wins at Twilio since 2024-03',
          warning: true,
        }
      : undefined,
];

function toIssue(origin: Origin, { key, value = '', problem, hint }: Broken): RowIssue {
  return { line: origin.line, column: origin.columnOf(key), value, problem, ...(hint && { hint }) };
}
