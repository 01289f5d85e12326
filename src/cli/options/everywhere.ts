import { groups } from './groups.ts';
import { choice, grouped, option, setting, toggle, type ValuesOf } from './option.ts';
import { text } from './parsers.ts';
import { type Bag, type GivenSettings, readOptions } from './read.ts';

/** The options that every command takes. */
export const everywhere = grouped(groups.everywhere, {
  profile: option('--profile <name>', 'settings of [profiles.NAME] (env VOLLEY_PROFILE)', text),
  config: option('--config <file>', 'user config file (env VOLLEY_CONFIG)', text),
  ledger: setting(
    'ledger',
    '--ledger <path>',
    'the record of every message: a file, or postgres://… (env VOLLEY_LEDGER)',
  ),
  apiUrl: setting('api_url', '--api-url <url>', 'another server that speaks the API (env VOLLEY_API_URL)'),
  envFile: option('--env-file <file>', 'read environment variables from a file', text),
  simulate: toggle('--simulate', 'rehearse on a built-in Twilio: nothing leaves this machine'),
  json: toggle('--json', 'print one JSON document'),
  output: choice('--output <form>', 'ndjson: print every item as a line of JSON', ['ndjson']),
  jq: option('--jq <expression>', 'print what a jq expression makes of the JSON document', text),
  quiet: toggle('--quiet', 'print nothing when all went well'),
  verbose: toggle('-v, --verbose', 'say what became of each attempt'),
  input: toggle('--no-input', 'never ask'),
  logFile: option('--log-file <file>', 'append what happens as lines of JSON, with numbers masked', text),
  color: choice('--color <when>', 'auto, always or never', ['auto', 'always', 'never']),
  showPii: toggle('--show-pii', 'show phone numbers whole'),
});

/** What every command is told: where things are, how to print, and which settings flags give. */
export interface SessionOptions extends ValuesOf<typeof everywhere> {
  readonly settings: GivenSettings;
}

/** Reads what every command is told. */
export function sessionOptions(bag: Bag, settings: GivenSettings): SessionOptions {
  return { ...readOptions(everywhere, bag, 0), settings };
}

/** What a command is told when nothing is. */
export const noSessionOptions: SessionOptions = sessionOptions({}, {});

/** True where a program reads the result, as one document or by lines. */
export function readsJson({ json, output, jq }: Pick<SessionOptions, 'json' | 'output' | 'jq'>): boolean {
  return json || output === 'ndjson' || jq !== undefined;
}
