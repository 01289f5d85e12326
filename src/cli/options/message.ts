import type { Parsed } from '../../core/parsed.ts';
import {
  flagName,
  type Parameter,
  type ParameterKey,
  parameterNamed,
  parameters,
} from '../../core/request/parameters.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { withoutUserinfo } from '../../core/request/web-address.ts';
import { groups } from './groups.ts';
import { type Option, option, pairs, type SwitchOption, toggle } from './option.ts';
import { text } from './parsers.ts';

/** A message parameter as it was given: text, or several for the repeatable ones. It is checked with the message. */
type RawValue = string | readonly string[] | undefined;

/** Content variables are given one by one. */
type FlagKey = Exclude<ParameterKey, 'contentVariables'>;

type ParameterOptions = { readonly [K in FlagKey]: Option<RawValue> };

/** What most messages are made of; the rest stands at the end of help. */
const usual: readonly ParameterKey[] = [
  ...(['to', 'from', 'messagingServiceSid', 'body', 'mediaUrl'] as const),
  ...(['sendAt', 'validityPeriod', 'statusCallback', 'contentSid'] as const),
];

const groupOf = (key: ParameterKey): string => (usual.includes(key) ? groups.message : groups.rarely);

/** What is typed most has a letter, too. */
const letters: Readonly<Partial<Record<ParameterKey, string>>> = {
  to: 't',
  from: 'f',
  messagingServiceSid: 'm',
  body: 'b',
};

const beyond = {
  contentVariable: { ...pairs('--content-variable <k=v>', 'variable of the content template'), group: groups.message },
  param: { ...pairs('--param <Name=Value>', 'any other parameter of Twilio', problemOfParam), group: groups.rarely },
  checkMedia: {
    ...toggle('--check-media', 'ask each media address for its type and size first'),
    group: groups.message,
  },
};

/** A flag for every message parameter, and `--param` for what is newer than this version. */
export const messageOptions: ParameterOptions & typeof beyond = {
  ...(Object.fromEntries(
    parameters.filter(({ key }) => key !== 'contentVariables').map((parameter) => [parameter.key, optionOf(parameter)]),
  ) as ParameterOptions),
  ...beyond,
};

const { to: _, ...withoutRecipient } = messageOptions;

/** The same for messages whose recipients come from elsewhere. */
export const rowMessageOptions = withoutRecipient;

/** What of a message was given as flags, or by prompts. */
export type MessageValues = { readonly [K in Exclude<FlagKey, 'to'>]: RawValue } & {
  readonly to?: RawValue;
  /** As a template that was chosen brings them; flags give them one by one. */
  readonly contentVariables?: RawValue;
  readonly contentVariable: Readonly<Record<string, string>>;
  readonly param: Readonly<Record<string, string>>;
  readonly checkMedia: boolean;
};

function optionOf({ key, placeholder, about, repeatable }: Parameter): Option<RawValue> {
  const flag = flagName(key);
  if (placeholder === '<bool>') return { ...truth(flag, about), group: groupOf(key) };
  const isList = repeatable || key === 'to';
  const short = letters[key] === undefined ? '' : `-${letters[key]}, `;
  const made = option(`${short}${flag} ${placeholder}`, `${about}${isList ? '; may be repeated' : ''}`, text);
  return { ...made, group: groupOf(key), gather: isList ? several : once };
}

function several(values: readonly unknown[]): Parsed<RawValue> {
  return { value: values.length === 0 ? undefined : (values as string[]) };
}

function once(values: readonly unknown[]): Parsed<RawValue> {
  return values.length > 1
    ? { problem: `is given twice: ${values.map((text) => withoutUserinfo(String(text))).join(' and ')}` }
    : { value: values[0] as RawValue };
}

function truth(flags: string, about: string): SwitchOption<RawValue> {
  const gather = (isOn: boolean | undefined) => (isOn === undefined ? undefined : String(isOn));
  return { form: 'switch', flags, about, takesWord: true, gather };
}

/** A second `To` would go past the opt-out list, a second `Body` past the validator. */
function problemOfParam(name: string): { readonly problem: string; readonly hint: string } | undefined {
  const key = parameterNamed(name);
  if (key === undefined) return undefined;
  const flag = key === 'contentVariables' ? '--content-variable NAME=VALUE' : flagName(key);
  const hint = key === 'to' ? 'Give it as --to, or as a column of the rows.' : `Give it as ${flag}.`;
  return { problem: 'is a parameter that has a flag of its own', hint };
}

/** The message parameters that were given. */
export function requestOf(values: MessageValues): RawRequest {
  const given = Object.entries(values).filter(([key, value]) => parameterKeys.has(key) && value !== undefined);
  return { ...Object.fromEntries(given), ...(Object.keys(values.param).length > 0 && { extra: values.param }) };
}

const parameterKeys: ReadonlySet<string> = new Set(parameters.map(({ key }) => key));
