import { exitMeanings } from '../../errors.ts';

const exitCodeLines = Object.entries(exitMeanings)
  .map(([code, meaning]) => `${code.padStart(5)}  ${meaning}`)
  .join('\n');

/** Pages of `volley help`, by their names. */
export const topics: Readonly<Record<string, string>> = {
  csv: `FILES: CSV, Excel, NDJSON

  volley check customers.csv --from +14155550199 --body 'Hi {{ first_name }}'

A CSV needs a header. Columns called like a message parameter are that parameter, whatever their case, spaces,
_ or - (to, media_url, MessagingServiceSid); all columns are fields for the text.

  to,first_name,media_url
  +14155550100,Ada,https://example.com/a.png

  --map to=phone              the column that holds the number
  --map 'body=Hi {{ name }}'  a text
  --country US                numbers without +
  --key order_id              what makes a row the same row; else the number
  --delimiter, --encoding     when what was found out is wrong
  --sheet NAME                a sheet of a workbook

Lost + and 0, 4155550100.0 and 4.155550123E+09 are repaired and said; 4.15556E+09 is refused: its digits are gone.
NDJSON has one object a line with the same names.`,
  templates: `TEXTS AND TEMPLATES

  volley check list.csv --template reminder.liquid
  volley send --to +14155550100 --template reminder.liquid --field first_name=Ada

Texts are Liquid (https://shopify.github.io/liquid/). A field without a column stops everything before anything is
sent; an empty field makes its row a wrong row.

  ---
  validity_period: 7200        message parameters
  first_name: there            what a field is where a row has nothing
  ---
  Hi {{ first_name | name }}, see you {{ day | date: "%A, %-d %B" }} for {{ price | money: "USD" }}.

  name    ADA LOVELACE becomes Ada Lovelace
  date    reads 2026-12-24, 2026-12-24T09:30, 24.12.2026
  money   writes an amount; --locale de-DE sets its language and that of dates

[templates] in the config gives texts names: --template welcome, or a column called template.`,
  'exit-codes': `EXIT CODES

${exitCodeLines}

From cron: run the same command with --campaign NAME --yes --quiet again. It sends nothing twice, and prints
something, and so makes cron write a mail, only when something is to be done.`,
  config: `CONFIGURATION

Flags, then the environment, then volley.toml in the current folder, then ~/.config/volley/config.toml
($XDG_CONFIG_HOME), then defaults. See them all, with where each comes from: volley config list --show-origin

  country = "US"
  quiet_hours = "21:00-08:00"

  [defaults]                   message parameters
  from = "+14155550199"

  [templates]
  welcome = "Welcome {{ first_name }}!"

  [prices]                     a segment; without this Twilio's list is asked
  currency = "USD"
  US = 0.0083

  [profiles.staging]           --profile staging
  rate = 1

Environment: TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and TWILIO_API_SECRET; TWILIO_REGION,
TWILIO_EDGE, TWILIO_SECONDARY_AUTH_TOKEN; VOLLEY_PROFILE, VOLLEY_CONFIG, VOLLEY_LEDGER, VOLLEY_API_URL,
VOLLEY_CALLBACK_URL; NO_COLOR, FORCE_COLOR, PAGER.
Credentials are never a flag: volley login keeps them, credential_command = "op read …" fetches them.`,
};
