import type { MessageRequest, RowIssue } from '../message.ts';
import type { Parsed } from '../parsed.ts';
import { channelOf } from '../recipient/phone.ts';
import { flagName, type Parameter, type ParameterKey, type ParseContext, parameterOf } from './parameters.ts';
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
  return makeValidator(context)(raw, origin);
}

/** The same for many requests. What all of them share, as a sender given by a flag, is read once. */
export function makeValidator(context: ParseContext): (raw: RawRequest, origin: Origin) => Validated {
  const latest = new Map<ParameterKey, Reading>();
  const readingOf = (key: ParameterKey, written: string | readonly string[]): Reading => {
    const known = latest.get(key);
    if (known?.written === written) return known;
    const reading = readParameter(key, written, context);
    latest.set(key, reading);
    return reading;
  };
  return (raw, origin) => {
    const fields: Fields = raw.extra && Object.keys(raw.extra).length > 0 ? { extra: raw.extra } : {};
    const issues: RowIssue[] = [];
    const warnings: RowIssue[] = [];
    const keys = parameterKeys(raw);
    let given = keys;
    for (const key of keys) {
      const { isBlank, value, faults } = readingOf(key, raw[key] ?? '');
      if (isBlank) given = given.filter((other) => other !== key);
      if (value !== undefined) fields[key] = value;
      for (const fault of faults) (fault.warning ? warnings : issues).push(toIssue(origin, fault));
    }
    if (fields.sendAt !== undefined) fields.scheduleType = 'fixed';
    const request: Given = { given, fields, raw };
    for (const rule of rules) {
      const fault = rule(request);
      if (fault) (fault.warning ? warnings : issues).push(toIssue(origin, fault));
    }
    if (issues.length > 0) return { issues, warnings };
    return { request: fields as unknown as MessageRequest, issues, warnings };
  };
}

const parameterKeys = (raw: RawRequest): readonly ParameterKey[] => {
  const keys = Object.keys(raw);
  return (raw.extra ? keys.filter((key) => key !== 'extra') : keys) as ParameterKey[];
};

/** Something wrong with a parameter, or worth a warning. */
interface Fault {
  readonly key: ParameterKey;
  readonly value?: string;
  readonly problem: string;
  readonly hint?: string;
  readonly warning?: true;
}

/** What was made of one parameter as somebody wrote it. */
interface Reading {
  readonly written: string | readonly string[];
  /** Empty, or white space: not given. */
  readonly isBlank: boolean;
  /** Absent: nothing was given, or nothing right. */
  readonly value: unknown;
  readonly faults: readonly Fault[];
}

const noFaults: readonly Fault[] = [];

function readParameter(key: ParameterKey, written: string | readonly string[], context: ParseContext): Reading {
  if (typeof written !== 'string') return readSeveral(key, written, context);
  const parsed = parseText(key, written, context);
  if (!parsed) return { written, isBlank: true, value: undefined, faults: noFaults };
  const fault = faultOf(key, written, parsed);
  const value = 'problem' in parsed ? undefined : parsed.value;
  const isList = parameterOf(key).repeatable && value !== undefined;
  return { written, isBlank: false, value: isList ? [value] : value, faults: fault ? [fault] : noFaults };
}

function readSeveral(key: ParameterKey, written: readonly string[], context: ParseContext): Reading {
  const { repeatable = false } = parameterOf(key);
  const values: unknown[] = [];
  const faults: Fault[] = [];
  for (const text of written) {
    const parsed = parseText(key, text, context);
    const fault = parsed && faultOf(key, text, parsed);
    if (fault) faults.push(fault);
    if (parsed && 'value' in parsed) values.push(parsed.value);
  }
  const isBlank = values.length + faults.length === 0;
  const value = written.join(' ');
  if (values.length > 1 && !repeatable) faults.push({ key, value, problem: 'is given twice' });
  if (key === 'mediaUrl' && values.length > context.limits.mediaUrls) {
    const problem = `has ${values.length} addresses, more than ${context.limits.mediaUrls}`;
    faults.push({ key, value, problem });
  }
  return { written, isBlank, value: repeatable && values.length > 0 ? values : values[0], faults };
}

/** What a text means as this parameter; undefined for a blank one. */
function parseText(key: ParameterKey, text: string, context: ParseContext): ReturnType<Parameter['parse']> | undefined {
  const value = key === 'body' ? text : text.trim();
  return value.trim() === '' ? undefined : (unprintable(value) ?? parameterOf(key).parse(value, context));
}

function faultOf(key: ParameterKey, text: string, parsed: Parsed<unknown>): Fault | undefined {
  if ('problem' in parsed) return { key, value: shown(key, text), ...parsed };
  return parsed.warning ? { key, value: shown(key, text), problem: parsed.warning, warning: true } : undefined;
}

/** A value as an issue quotes it. */
const shown = (key: ParameterKey, text: string): string =>
  withoutUserinfo(key === 'body' ? text : text.trim()).replace(unprintables, codePointOf);

/** Control characters but for tabs and line breaks, and halves of characters: nothing that a text can hold. */
const unprintables = /[^\P{Cc}\t\n\r]|\p{Cs}/gu;

const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Finds most texts clean many times as fast: no code unit of an unprintable character, and no half of a character. */
const mayHoldUnprintable = (text: string): boolean => /[\0-\x08\v\f\x0e-\x1f\x7f-\x9f\ud800-\udfff]/.test(text);

function unprintable(text: string): Parsed<never> | undefined {
  if (!mayHoldUnprintable(text)) return undefined;
  const [found] = text.match(unprintables) ?? [];
  if (found === undefined) return undefined;
  const what = /\p{Cs}/u.test(found) ? 'half a character' : 'a control character';
  return { problem: `holds ${what} (${codePointOf(found)})`, hint: 'Take it out at its source.' };
}

/** What a rule looks at. */
interface Given {
  /** The parameters that are not blank. */
  readonly given: readonly ParameterKey[];
  readonly fields: Fields;
  readonly raw: RawRequest;
}

type Rule = (request: Given) => Fault | undefined;

const needs =
  (key: ParameterKey, other: ParameterKey, problem: string, hint: string): Rule =>
  ({ given, raw }) =>
    given.includes(key) && !given.includes(other) ? { key, value: String(raw[key]), problem, hint } : undefined;

const shortLinks = needs(
  'shortenUrls',
  'messagingServiceSid',
  'needs a messaging service',
  'Give --messaging-service-sid.',
);

const channelNames: Readonly<Record<string, string>> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  rcs: 'RCS',
  messenger: 'Messenger',
};

/** Twilio refuses such a pair with 21910, https://www.twilio.com/docs/api/errors/21910. */
function otherChannel(value: string, to: string, from: string): Fault {
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
  ({ given }) =>
    given.includes('to') ? undefined : { key: 'to', problem: 'is empty', hint: 'Every message needs a recipient.' },
  ({ given }) =>
    given.includes('from') || given.includes('messagingServiceSid')
      ? undefined
      : {
          key: 'from',
          problem: 'is missing, and there is no messaging service',
          hint: 'Give --from or --messaging-service-sid, a column of that name, or [defaults] in the config.',
        },
  ({ given }) =>
    given.includes('body') || given.includes('mediaUrl') || given.includes('contentSid')
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
  (request) => (request.fields.shortenUrls === false ? undefined : shortLinks(request)),
  needs('fallbackFrom', 'messagingServiceSid', 'needs a messaging service', 'Give --messaging-service-sid.'),
  ({ fields: { to, from } }) =>
    to !== undefined && to === from
      ? { key: 'to', value: String(to), problem: 'is the sender itself', hint: 'Twilio refuses it (21266).' }
      : undefined,
  ({ given, fields }) => {
    // A service chooses among its senders by the recipient's channel.
    if (given.includes('messagingServiceSid') || fields.to === undefined || fields.from === undefined) return undefined;
    const [to, from] = [String(fields.to), String(fields.from)];
    return channelOf(to) === channelOf(from) ? undefined : otherChannel(to, channelOf(to), channelOf(from));
  },
  ({ given, raw }) =>
    given.includes('applicationSid') && given.includes('statusCallback')
      ? {
          key: 'applicationSid',
          value: String(raw.applicationSid),
          problem: 'is given with a status callback, which wins at Twilio since 2024-03',
          warning: true,
        }
      : undefined,
];

function toIssue(origin: Origin, { key, value = '', problem, hint }: Fault): RowIssue {
  return { line: origin.line, column: origin.columnOf(key), value, problem, ...(hint && { hint }) };
}
