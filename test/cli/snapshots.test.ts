import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topics } from '../../src/cli/help/topics.ts';
import { main } from '../../src/cli/main.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { from, testContext, testEnv } from '../context.ts';

// What people and programs read, word by word. `npx vitest run test/cli/snapshots.test.ts -u` renews it: its diff is what
// they will see.

/** What is shown of a command on standard output, and said on standard error; its exit code. */
interface Printed {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

const kept = (name: string): string => `./snapshots/${name}`;

describe('help at 80 columns', () => {
  const names = ['', ...verbs.map(({ name }) => name), 'completion'];

  it.each(names)('of %j is as before', async (name) => {
    const { context, stdout } = testContext();
    expect(await main([name, '--help'].filter(Boolean), context)).toBe(0);
    await expect(`${stdout.join('\n')}\n`).toMatchFileSnapshot(kept(`help/${name || 'volley'}.txt`));
  });

  it.each(Object.keys(topics))('of the page %s is as before', async (name) => {
    const { context, stdout } = testContext();
    expect(await main(['help', name], context)).toBe(0);
    await expect(`${stdout.join('\n')}\n`).toMatchFileSnapshot(kept(`help/page-${name}.txt`));
  });
});

const files: Readonly<Record<string, string>> = {
  'volley.toml': `[defaults]\nfrom = "${from}"\n[templates]\nwelcome = "Hi {{ first_name }}"\n`,
  'list.csv': 'phone,first_name\n+14155550101,Ada\n+14155550102,\nbad,Cid\n+14155530007,Dee\n',
  'two.csv': 'phone,mobile\n+14155550101,\n',
  'none.csv': 'who,first_name\n+14155550101,Ada\n',
  'empty.csv': '',
  'hello.liquid': '---\nvalidity_period: 60\n---\nHi {{ first_name }}.\n',
  'opted.csv': 'phone\n+14155550161\nbad\n',
};

/** What people get wrong, one command line each. */
const mistakes: readonly string[] = [
  'sned',
  'send',
  'send --to',
  'send --to 5551234 --body Hi',
  'send --to +14155550101',
  'send --to +14155550101 --body Hi --form 12345',
  'send --to +14155550101 --body Hi --from +1',
  'send --to +14155550101 --body Hi --send-at tomorrow',
  'send --to +14155550101 --body Hi --validity-period 99999',
  'send --to +14155550101 --body Hi --color pink',
  'send --to +14155550101 --body Hi --rate 0',
  'send --to +14155550101 --body Hi --param to=x',
  'send --to +14155550101 --body {{x}}',
  'batch',
  'batch nowhere.csv --body Hi --yes',
  'batch list.csv --body Hi',
  'batch list.csv --yes',
  'batch list.csv --body Hi --limit few --yes',
  'check two.csv --body Hi',
  'check none.csv --body Hi',
  'check empty.csv --body Hi',
  'check list.csv --body {{frist_name}}',
  'check list.csv --template welcom',
  'check list.csv --body Hi --key id',
  'check list.csv --body Hi --country XX',
  'check list.csv --body Hi --encoding klingon',
  'check list.csv --body Hi --quiet-hours night',
  'recall',
  'report nothing',
  'report SM1',
  'track nothing extra',
  'watch --port 1',
  'campaigns extra',
  'messages gte',
  'messages get SM1',
  'feedback SM1',
  'explain nope',
  'opt-out lst',
  'opt-out add',
  'opt-out add 5551234',
  'purge',
  'purge --older-than soon',
  'workers',
  'schedule lst',
  'schedule add',
  'ledger copy here.db',
  'config get contry',
  'config set rate fast',
  'templates shwo',
  'trigger DELIVRED',
  'simulate --fault resets=1',
  'listen',
  'login',
  'logout',
  'compose',
  'help safty',
  'campaigns --profile stagin',
  'campaigns --api-url http://example.com',
  'campaigns --ledger mysql://x',
  'campaigns --jq .[',
];

/** What prints a document, one command line each; those that change something stand last. */
const documents: readonly string[] = [
  'version',
  'explain 30007',
  'explain 99999',
  'config list',
  'config get rate',
  'whoami',
  'check list.csv --template welcome',
  'batch list.csv --template welcome --dry-run',
  'batch list.csv --template welcome --campaign spring --yes',
  'send --to +14155550101 --body Hi',
  'campaigns',
  'report spring',
  'report spring --failed',
  'report SID',
  'track spring',
  'track SID',
  'watch spring',
  'resume',
  'resume spring',
  'reconcile',
  'verify spring',
  'messages list --to +14155530007',
  'messages get SID',
  'messages media SID',
  'messages redact SID --yes',
  'opt-out add +14155550160',
  'opt-out import opted.csv',
  'opt-out list',
  'opt-out remove +14155550160',
  'templates list',
  'templates show hello.liquid',
  'templates test hello.liquid list.csv',
  'replies',
  'purge --older-than 400d --dry-run',
  'recall spring',
  'init fresh',
];

describe('what commands print on the simulator', () => {
  let simulator: Simulator;
  let world: ReturnType<typeof testContext>;
  beforeAll(async () => {
    const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = testEnv;
    simulator = await startSimulator({ accountSid, authToken, statusDelayMs: 0 });
    world = testContext({ env: { VOLLEY_API_URL: simulator.url } });
    for (const [name, text] of Object.entries(files)) world.file(name, text);
  });
  afterAll(() => simulator.close());

  /** Runs a command line in the folder of the files; `SID` is that of the first message to Ada. */
  async function volley(line: string, ...more: readonly string[]): Promise<Printed> {
    const out: string[] = [];
    const err: string[] = [];
    const words = line.split(' ').map((word) => {
      if (word === 'SID') return simulator.truth().find(({ to }) => to === '+14155550101')?.sid ?? '';
      return /^\w+\.(csv|liquid|db)$|^fresh$/.test(word) ? join(world.folder, word) : word;
    });
    const code = await main([...words, ...more], {
      ...world.context,
      // The simulator and what it says of times go by the real clock.
      now: Date.now,
      connect: async (options) => twilioProvider(options),
      sleep: (_, signal) => new Promise((resolve) => (signal.aborted ? resolve(undefined) : setTimeout(resolve, 5))),
      out: (text) => void out.push(text),
      page: async (lines) => void out.push(...lines),
      err: (text) => void err.push(text),
    });
    return { code, out, err };
  }

  /** Text in which all that is another on each run has one name. */
  const settled = (text: string): string =>
    [
      [world.folder, 'FOLDER'],
      [simulator.url, 'SIMULATOR'],
    ]
      .reduce((result, [from = '', to = '']) => result.replaceAll(from, to), text)
      .replace(/\b(AC|SM|MM|ME|MG|SK)[0-9a-f]{32}\b/g, '$1…')
      .replace(/\b(?:[0-9a-f]{24,}|[0-9a-f]{8}-[0-9a-f-]{27})\b/g, 'ID')
      .replace(/"id":"[0-9a-f]{12}"/g, '"id":"ID"')
      .replace(/-\d{8}-\d{4}-[0-9a-f]{4}\b/g, '-DAY-TIME-ID')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
      .replace(/"version":"[^"]+"/g, '"version":"VERSION"');

  const pretty = (line: string): string => {
    try {
      return JSON.stringify(JSON.parse(line), null, 2);
    } catch {
      return line;
    }
  };

  it('is the same document as before, with --json', { timeout: 120_000 }, async () => {
    const printed: string[] = [];
    for (const line of documents) {
      const { code, out } = await volley(line, '--json');
      printed.push([`$ volley ${line} --json`, ...out.map((text) => pretty(settled(text))), `exit ${code}`].join('\n'));
    }
    await expect(`${printed.join('\n\n')}\n`).toMatchFileSnapshot(kept('json.txt'));
  });

  it('is the same error as before', { timeout: 120_000 }, async () => {
    const printed: string[] = [];
    for (const line of mistakes) {
      const { code, out, err } = await volley(line);
      expect([line, code > 0, out]).toEqual([line, true, []]);
      printed.push([`$ volley ${line}`, ...err.map(settled), `exit ${code}`].join('\n'));
    }
    await expect(`${printed.join('\n\n')}\n`).toMatchFileSnapshot(kept('errors.txt'));
  });
});
