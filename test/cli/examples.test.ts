import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { introductionOf } from '../../src/cli/help/page.ts';
import { main } from '../../src/cli/main.ts';
import { verbs } from '../../src/cli/verbs.ts';
import type { Context } from '../../src/context.ts';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { testContext, testEnv } from '../context.ts';
import { newDatabase } from '../new-database.ts';
import { person } from '../person.ts';

const accountSid = testEnv.TWILIO_ACCOUNT_SID;
const service = `MG${'c'.repeat(32)}`;
const files = {
  'volley.toml': '[defaults]\nfrom = "+14155600199"\n[templates]\nwelcome = "Hi"\n[profiles.staging]\nrate = 5\n',
  'customers.csv': 'to,first_name\n+14155550101,Ada\n+14155550102,Bob\n',
  'list.csv': 'phone,name\n(415) 555-0103,Cid\n',
  'reminder.liquid': 'Hi {{ first_name }}.\n',
  'events.ndjson': '{"id":"1","to":"+14155550104","body":"Hi"}\n',
  'orders.ndjson': '{"id":"1","to":"+14155550105","order":"A1"}\n',
  'unsubscribed.csv': 'phone\n+14155550166\n',
  'secret.txt': `${testEnv.TWILIO_AUTH_TOKEN}\n`,
};

const apiKey = `SK${'d'.repeat(32)}`;
const account = `account_sid = "${accountSid}"\nauth_token = "${testEnv.TWILIO_AUTH_TOKEN}"\n`;
const credentials = `${account}[profiles.staging]\n${account}`;

/** The examples of a command, as its help shows them. */
async function examplesOf({ name, load }: (typeof verbs)[number]): Promise<string[]> {
  const command = new Command(name);
  (await load())(command, () => undefined);
  const [, examples = ''] = introductionOf(command).split('Examples:\n');
  return examples
    .split('\n')
    .filter((line) => /\bvolley\b/.test(line) && line.startsWith('  '))
    .map((line) => line.trim().replace(/ {2,}\S.*$/, ''));
}

/** What a shell makes of command lines: of each the words after volley. One shell for all: to start one takes its time. */
function argvsOf(lines: readonly string[]): string[][] {
  const commands = lines.map((line) => line.replace(/^.*\| (?=volley)/, '').replace(/ [<>].*$/, ''));
  const script = `volley() { printf '%s\\0' "$@" >&3; printf '\\001' >&3; }\n${commands.join('\n')}`;
  const { output, status } = spawnSync('sh', ['-ec', script], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  expect(status).toBe(0);
  return String(output[3])
    .split('\x01')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1));
}

/** What a command line gives volley to read. */
function stdinOf(line: string): string {
  const [, read] = / < (\S+)/.exec(line) ?? [];
  const [, piped] = /^(?:cat|tail -f) (\S+) \|/.exec(line) ?? [];
  const [, said = ''] = /^echo '(.*?)'/.exec(line) ?? [];
  return files[(read ?? piped ?? '') as keyof typeof files] ?? said;
}

let closing: (() => unknown)[] = [];
const startedIn = process.cwd();
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
  process.chdir(startedIn);
});

interface Provider {
  readonly simulator: Simulator;
  readonly sids: { readonly first: string; readonly media: string; readonly scheduled: string };
  /** A folder with all that examples name, and the ledger of a campaign that was sent. */
  readonly folder: string;
}

/** What most examples start from: each has a copy of the folder, and at Twilio they only add messages. */
let untouched: Provider;
beforeAll(async () => {
  untouched = await prepare();
});
afterAll(() => untouched.simulator.close());

/** Examples that change or count what Twilio has. */
const alone = /cancel|redact|delete|recall|verify/;

async function prepare(): Promise<Provider> {
  const authToken = testEnv.TWILIO_AUTH_TOKEN;
  const simulator = await startSimulator({ accountSid, authToken, apiKey, apiSecret: authToken, statusDelayMs: 0 });
  const { folder, file, context: plain } = testContext({ env: { VOLLEY_API_URL: simulator.url } });
  for (const [name, text] of Object.entries(files)) file(name, text);
  mkdirSync(join(folder, '.config/volley'), { recursive: true });
  chmodSync(file('.config/volley/credentials.toml', credentials), 0o600);
  const context: Context = { ...plain, now: Date.now, connect: async (options) => twilioProvider(options) };
  const volley = async (...argv: string[]) => expect(await main(argv, context)).toBe(0);
  process.chdir(folder);
  const text = ['--body', 'Hi', '--yes', '--provide-feedback', 'true'];
  await volley('batch', 'customers.csv', '--campaign', 'spring-sale', ...text);
  await volley('send', '--to', '+14155550107', '--media-url', 'https://example.com/a.png');
  await volley('send', '--to', '+14155550108', '--messaging-service-sid', service, '--send-at', '+2h', '--body', 'Hi');
  const [first = '', , media = '', scheduled = ''] = simulator.truth().map(({ sid }) => sid);
  file('outcomes.csv', `sid,outcome\n${first},confirmed\n`);
  process.chdir(startedIn);
  return { simulator, sids: { first, media, scheduled }, folder };
}

/** A copy of all that, and somebody who leaves at the first question. */
async function world(line: string, stdin: string) {
  const { simulator, sids, folder } = alone.test(line) ? await prepare() : untouched;
  if (simulator !== untouched.simulator) closing.push(simulator.close);
  const leave = new AbortController();
  const made = testContext({
    ...{ stdin, canAsk: true, signal: leave.signal, ask: person(['', '<ctrl-c>']).ask },
    env: { VOLLEY_API_URL: simulator.url },
  });
  cpSync(folder, made.folder, { recursive: true });
  const listener = createServer((_, response) => void response.end());
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => listener.close());
  const { port } = listener.address() as AddressInfo;
  made.file('volley.toml', `callback_url = "http://127.0.0.1:${port}/twilio"\n${files['volley.toml']}`);
  process.chdir(made.folder);
  const context: Context = {
    ...made.context,
    now: Date.now,
    // What runs until it is interrupted is interrupted once it says that it runs.
    out: (text) => {
      made.context.out(text);
      if (/^Listening on|^export /.test(text)) leave.abort();
    },
    err: (text) => {
      made.context.err(text);
      if (/^(Working as|Waiting for replies)/.test(text)) leave.abort();
    },
    runCommand: async () => 0,
    connect: async (options) => twilioProvider(options),
  };
  return { ...made, volley: (...argv: string[]) => main(argv, context), port, sids };
}

/** What needs a ledger that machines share. */
const shared = /^volley (worker|schedule|ledger)/;

/** Where somebody is asked, and leaves. */
const asking = /^volley (compose|login$)/;

const all = (await Promise.all(verbs.map(examplesOf))).flat();
const argvs = new Map(argvsOf(all).map((argv, i) => [all[i], argv]));

describe('every example in help', () => {
  it('is there, for every command', async () => {
    for (const verb of verbs) expect(await examplesOf(verb), verb.name).not.toEqual([]);
    expect([...argvs].filter(([line, argv]) => !line?.includes('volley') || argv.length === 0)).toEqual([]);
    expect(argvs.size).toBe(new Set(all).size);
  });

  it.each(all)('%s', async (line) => {
    const argv = argvs.get(line) ?? [];
    const { volley, sids, stderr, port } = await world(line, stdinOf(line));
    const sid = argv.includes('cancel') ? sids.scheduled : argv.includes('media') ? sids.media : sids.first;
    const meant = argv.map((word) =>
      word
        .replace('SM1234…', sid)
        .replace('MG…', service)
        .replace('AC…', accountSid)
        .replace(/^http:\/\/127\.0\.0\.1:8080$/, `http://127.0.0.1:${port}`),
    );
    const database = shared.test(line) ? await newDatabase() : '';
    if (/^volley schedule (run|remove)/.test(line)) {
      const every = ['schedule', 'add', 'nightly', '--cron', '0 9 * * *', '--ledger', database];
      expect(await volley(...every, '--', 'campaigns')).toBe(0);
    }
    const given = meant.map((word) => word.replace('SK…', apiKey).replace(/^postgres:.*/, database));
    const isAsked = shared.test(line) && !given.includes(database);
    const code = await volley(...(isAsked ? [...given.slice(0, 1), '--ledger', database, ...given.slice(1)] : given));
    expect([code, stderr.filter((text) => text.startsWith('error'))]).toEqual(
      asking.test(line) ? [130, [expect.stringContaining('error: ')]] : [0, []],
    );
  });
});
