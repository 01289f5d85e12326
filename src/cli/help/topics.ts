import { exitMeanings } from '../../errors.ts';
import { consent } from './consent.ts';
import { cost } from './cost.ts';
import { delivery } from './delivery.ts';
import { events } from './events.ts';
import { figures } from './figures.ts';
import { machines } from './machines.ts';
import { safety } from './safety.ts';

const exitCodeLines = Object.entries(exitMeanings)
  .map(([code, meaning]) => `- ${code}: ${meaning}`)
  .join('\n');

/** Pages of `volley help`, by their names. */
export const topics: Readonly<Record<string, string>> = {
  csv: `FILES: CSV, Excel, NDJSON

  volley check customers.csv --from +14155550199 --body 'Hi {{ first_name }}'

A CSV needs a header. Columns called like a message parameter are that parameter, whatever their case, spaces,
_ or - (to, media_url, MessagingServiceSid); all columns are fields for the text. Without a column to, the one that is
called like numbers (phone, Phone Number, tel, mobile) is the recipient, and the plan says so; of several --map chooses.

  to,first_name,media_url
  +14155550100,Ada,https://example.com/a.png https://example.com/b.png

  --map to=phone              the column that holds the number
  --map first=Vorname         renames a field
  --map 'body=Hi {{ name }}'  a text
  --country US                numbers without +
  --key order_id              what makes a row the same row; else the number
  --delimiter, --encoding     when what was found out is wrong
  --sheet NAME                a sheet of a workbook

READING
- The delimiter (, ; tab |, Excel's sep=;) and the encoding (UTF-8, UTF-16, Windows-1252) are found out and said. Excel's
="+14155550100" is the number. A row with too few or too many cells, or with a quote that is stray or never closed, is a
wrong row, not the end of the file. A file without rows is exit code 2.
- NDJSON (.ndjson, .jsonl) has one object a line with the same names; lists for media, an object for content variables.
- Several media: one column, separated by spaces, or media_url, media_url_2, …
- A row's own value wins over a flag, a flag over a template's front matter, that over [defaults] in the config; --map
wins over all. A wrong flag, [defaults] or front-matter value is exit 2 with nothing sent; a row's is a wrong row.

NUMBERS
- They are E.164 (+14155550100); --country reads national ones. Repaired, where no digit is lost, and said in the plan: a
lost + or 0, 4155550100.0, 4.155550123E+09. Refused with the reason: 4.15556E+09, whose digits are gone, extensions,
letters, two numbers in a cell, and a number that could be two.
- Landlines and numbers in no numbering plan are warned about. The same number twice in a file is texted once.

MESSAGE PARAMETERS
The same as flags (--media-url), columns, NDJSON keys and [defaults]: To, From, MessagingServiceSid, Body, MediaUrl,
StatusCallback, ApplicationSid, AccountSid, ValidityPeriod, SendAt, ScheduleType, ProvideFeedback, MaxPrice, ContentSid,
ContentVariables, SmartEncoded, ShortenUrls, SendAsMms, RiskCheck, ContentRetention, AddressRetention, ForceDelivery,
Attempt, PersistentAction, FallbackFrom, TrafficType. Anything newer, and nothing that is among these, goes with --param
Name=Value. Switches work bare (--provide-feedback), with =false, and with no- before the name.`,
  templates: `TEXTS AND TEMPLATES

  volley check list.csv --template reminder.liquid
  volley send --to +14155550100 --template reminder.liquid --field name=Ada

Texts are Liquid (https://shopify.github.io/liquid/). A field without a column stops everything before anything is
sent; an empty field makes its row a wrong row, never blank text. send refuses a text with {{ }} in it, which people
would read as it is, unless --template fills it or --literal is given.

  ---
  validity_period: 7200        message parameters
  first_name: there            what a field is where a row has nothing
  ---
  Hi {{ first_name | name }}, see you {{ day | date: "%A, %-d %B" }}
  for {{ price | money: "USD" }}.

  name    ADA LOVELACE becomes Ada Lovelace
  date    reads 2026-12-24, 2026-12-24T09:30, 24.12.2026, and keeps them as
          written, whatever the time zone of this machine
  money   writes an amount; --locale de-DE sets its language and that of dates

[templates] in the config gives texts names: --template welcome, or a column called template
that chooses one for each row.`,
  'exit-codes': `EXIT CODES

${exitCodeLines}

From cron: run the same command with --campaign NAME --yes --quiet again. It sends nothing twice, and prints
something, and so makes cron write a mail, only when something is to be done.`,
  config: `CONFIGURATION

Flags, then the environment, then volley.toml in the current folder, then ~/.config/volley/config.toml
($XDG_CONFIG_HOME), then defaults. See them all, with where each comes from: volley config list --show-origin. volley config set
changes one and keeps the file's comments.

  country = "US"
  rate = 50
  quiet_hours = "21:00-08:00"
  max_segments = 3

  [defaults]                   # message parameters
  from = "+14155550199"
  validity_period = 3600

  [templates]
  welcome = "Hi {{ first_name }}! Reply STOP to opt out."

  [prices]                     # a segment; without this Twilio's list is asked
  currency = "USD"
  US = 0.0083
  whatsapp = 0.005
  mms = 0.02                   # a message
  default = 0.1

  [limits]
  validity_period = 36000      # Twilio's limit since 2024; else 14400

  [profiles.staging]           # --profile staging
  rate = 1

Environment: TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and TWILIO_API_SECRET; TWILIO_REGION,
TWILIO_EDGE, TWILIO_SECONDARY_AUTH_TOKEN; VOLLEY_PROFILE, VOLLEY_CONFIG, VOLLEY_LEDGER, VOLLEY_API_URL,
VOLLEY_CALLBACK_URL; NO_COLOR, FORCE_COLOR, PAGER. VOLLEY_API_URL is https, or http on this machine, and does not come
from a project file. A --profile on the command line outranks the environment.

Credentials are never a flag. volley login asks for them, tries them at Twilio, and keeps them in the keyring, or in a
file only you can read; credential_command = "op read …" fetches the secret; account_sid, auth_token, api_key and
api_secret may stand in a file of 0600. An API key is better than the auth token.

The ledger is ~/.local/share/volley/ledger.db ($XDG_DATA_HOME), a SQLite file that only you can read; or a database for
several machines: volley help machines.`,
  safety,
  delivery,
  cost,
  consent,
  events,
  machines,
  figures,
};
