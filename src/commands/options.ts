import { type Command, Help, Option } from 'commander';
import type { Context } from '../context.ts';
import { flagName, type ParameterKey, parameters } from '../core/request/parameters.ts';
import type { RawRequest } from '../core/request/validate.ts';
import { CliError } from '../errors.ts';

/** What commander makes of a command line: flags by their camelCase names. */
export type Flags = Readonly<Record<string, unknown>>;

/** What a command does with its flags; resolves to the exit code. */
export type Run = (flags: Flags, context: Context) => Promise<number>;

/** How a command's declaration hands over what runs it. */
export type Act = (run: Run) => void;

const everywhere: readonly (readonly [flags: string, about: string, choices?: readonly string[]])[] = [
  ['--profile <name>', 'settings of [profiles.NAME] (env VOLLEY_PROFILE)'],
  ['--config <file>', 'user config file (env VOLLEY_CONFIG)'],
  ['--ledger <path>', 'the record of every message (env VOLLEY_LEDGER)'],
  ['--api-url <url>', 'another server that speaks the API (env VOLLEY_API_URL)'],
  ['--env-file <file>', 'read environment variables from a file'],
  ['--simulate', 'rehearse on a built-in Twilio: nothing leaves this machine'],
  ['--json', 'print one JSON document'],
  ['--output <form>', 'ndjson: print every message as a line of JSON', ['ndjson']],
  ['--quiet', 'print nothing when all went well'],
  ['-v, --verbose', 'say what became of each attempt'],
  ['--no-input', 'never ask'],
  ['--log-file <file>', 'append what happens as lines of JSON, with numbers masked'],
  ['--color <when>', 'auto, always or never', ['auto', 'always', 'never']],
  ['--show-pii', 'show phone numbers whole'],
];

/** Adds the options that every command takes. */
export function addEverywhere(command: Command): Command {
  for (const [flags, about, choices] of everywhere) {
    const option = new Option(flags, about).helpGroup('Everywhere:');
    command.addOption(choices ? option.choices([...choices]) : option);
  }
  return command;
}

/** True for a command line with nothing but options that every command takes. */
export function namesNoCommand(argv: readonly string[]): boolean {
  const options = everywhere.map(([flags]) => new Option(flags));
  let isValue = false;
  for (const word of argv) {
    const [name = '', value] = word.split('=', 2);
    const option: Option | undefined = isValue
      ? undefined
      : options.find(({ short, long }) => name === short || name === long);
    if (!isValue && !option) return false;
    isValue = option?.required === true && value === undefined;
  }
  // A value that is missing is a mistake to be told, not a wish for the menu.
  return !isValue;
}

/** The options that every command takes, as help shows them. */
export function everywhereHelp(columns: number): string {
  const helper = new Help();
  helper.prepareContext({ helpWidth: columns });
  const rows = everywhere.map(([flags, about, choices]) => {
    const option = choices ? new Option(flags, about).choices([...choices]) : new Option(flags, about);
    return [helper.optionTerm(option), helper.optionDescription(option)] as const;
  });
  const width = Math.max(...rows.map(([term]) => term.length));
  return ['Everywhere:', ...rows.map(([term, about]) => helper.formatItem(term, width, about, helper))].join('\n');
}

/** Adds a flag for every message parameter but some, and `--param` for what is newer than this version. */
export function addParameters(command: Command, except: readonly ParameterKey[] = []): Command {
  for (const { key, placeholder, about, repeatable } of parameters) {
    if (key === 'contentVariables' || except.includes(key)) continue;
    const isList = repeatable || key === 'to';
    const option = new Option(`${flagName(key)} ${placeholder}`, `${about}${isList ? '; may be repeated' : ''}`);
    command.addOption((isList ? option.argParser(collect) : option.argParser(once)).helpGroup('Message:'));
  }
  const variable = new Option('--content-variable <k=v>', 'variable of the content template; may be repeated');
  const param = new Option('--param <Name=Value>', 'any other parameter of Twilio; may be repeated');
  for (const option of [variable, param]) command.addOption(option.argParser(collect).helpGroup('Message:'));
  const media = new Option('--check-media', 'ask each media address for its type and size first');
  return command.addOption(media.helpGroup('Message:'));
}

const sending = [
  ['--limit <n>', 'send at most n now; resume sends the rest'],
  ['--rate <n>', 'messages a second per sender'],
  ['--concurrency <n>', 'requests at once (default 16); adapts to what Twilio takes'],
  ['--timeout <time>', 'time for one request (default 30s)'],
  ['--retry-for <time>', 'how long to retry when Twilio takes nothing'],
  ['--max-duration <time>', 'stop after this time, as 50m'],
  ['--not-after <time>', 'stop at this time, as 2026-12-24T20:00:00Z'],
  ['--max-cost <amount>', 'the most the whole campaign may cost; more is refused'],
  ['--settle <time>', 'how long an unknown outcome is looked for (default 60s)'],
  ['--on-unknown <what>', 'hold what is not found, or resend it (default hold)'],
  ['--no-breaker', 'go on even when most messages fail alike'],
] as const;

/** A flag as commander writes it, and what help says of it. */
type FlagRow = readonly [flags: string, about: string];

/** Adds flags under a heading of the help. */
export function addGroup(command: Command, heading: string, rows: readonly FlagRow[]): Command {
  for (const [flags, about] of rows) command.addOption(new Option(flags, about).helpGroup(heading));
  return command;
}

/** Adds what says how fast, how long and how stubbornly to send. */
export function addSending(command: Command, retryFor: string): Command {
  const rows = sending.map(([flags, about]): FlagRow => {
    return [flags, flags.startsWith('--retry-for') ? `${about} (default ${retryFor})` : about];
  });
  return addGroup(command, 'Sending:', rows);
}

const aroundSending = [
  ['--wait', 'then wait until all is delivered'],
  ['--for <time>', 'how long --wait waits (default 15m)'],
  ['--undo <time>', 'wait this long before sending; Ctrl-C or recall calls it back'],
] as const;

/** Adds what stands before the first message and after the last. */
export function addAroundSending(command: Command): Command {
  return addGroup(command, 'Sending:', aroundSending);
}

/** Adds what protects recipients from texts at night, and the bill from one odd character. */
export function addProtection(command: Command): Command {
  return addGroup(command, 'Protection:', [
    ['--quiet-hours <times>', 'text nobody then, by their own clock, as 21:00-08:00'],
    ['--max-segments <n>', 'a text of more segments is wrong'],
    ['--ascii-punctuation', "write ' for ’ and the like, which keeps texts short"],
    ['--no-store-body', 'keep texts in the ledger only until they are sent'],
  ]);
}

const howToSend = new Set(
  [...everywhere, ...sending, ...aroundSending]
    .map(([flags]) => new Option(flags).attributeName())
    .concat('yes', 'plan', 'apply'),
);

/** True for flags that say how to send and how to tell of it, not what is sent to whom. */
export function isHowToSend(name: string): boolean {
  return howToSend.has(name);
}

/** Gathers the values of a flag that may be repeated. */
export function collect(value: string, earlier: unknown): string[] {
  return [...(Array.isArray(earlier) ? (earlier as string[]) : []), value];
}

function once(value: string, earlier: unknown): string {
  if (earlier !== undefined) throw new CliError('usage', `A flag is given twice: ${earlier} and ${value}.`);
  return value;
}

/** The message parameters among the flags. Throws a `CliError` for a `--param` that is not Name=Value. */
export function requestOf(flags: Flags): RawRequest {
  const given: Partial<Record<ParameterKey, string | readonly string[]>> = {};
  for (const { key } of parameters) {
    const value = flags[key];
    if (value !== undefined) given[key] = value as string | readonly string[];
  }
  const extra = pairsOf(flags['param'], '--param');
  return { ...given, ...(Object.keys(extra).length > 0 && { extra }) };
}

/** `--content-variable` flags, by name. */
export function contentVariablesOf(flags: Flags): Readonly<Record<string, string>> {
  return pairsOf(flags['contentVariable'], '--content-variable');
}

function pairsOf(values: unknown, flag: string): Record<string, string> {
  const pairs = new Map<string, string>();
  for (const text of (values as readonly string[] | undefined) ?? []) {
    const at = text.indexOf('=');
    if (at < 1) throw new CliError('usage', `${flag} ${text} is not name=value.`);
    pairs.set(text.slice(0, at), text.slice(at + 1));
  }
  return Object.fromEntries(pairs);
}

/** A flag's text, if it was given. */
export function textFlag(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** A flag that counts something. Throws a `CliError` unless it is a whole number above 0. */
export function countFlag(flags: Flags, name: string): number | undefined {
  const text = textFlag(flags, name);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new CliError('usage', `--${name} ${text} is not a whole number above 0.`);
  return Number(text);
}
