import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { verbs } from '../../src/cli/verbs.ts';
import { twilioProvider } from '../../src/provider/twilio/twilio.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { from, recipients, testContext, testEnv } from '../context.ts';
import { newDatabase } from '../new-database.ts';
import { run, world as worldOfOne } from './volley.ts';

let simulator: Simulator;
let world: ReturnType<typeof testContext>;
/** The ledger of what needs one that machines share. */
let shared: string;
const isShared = (argv: readonly string[]) => /^(worker|schedule)/.test(argv[0] ?? '') || argv.includes('--enqueue');
const service = `MG${'5'.repeat(32)}`;
/** Counts what can be done but once. */
let times = 0;

/** Runs one command line; what runs until it is told to end is told so once it has printed something. */
async function volley(...argv: string[]) {
  const stop = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, {
    ...world.context,
    env: { ...world.context.env, ...(isShared(argv) && { VOLLEY_LEDGER: shared }) },
    stdin: (async function* () {
      yield Buffer.from(`${JSON.stringify({ id: `e${++times}`, to: '+14155550171' })}\n{"id":"bad"}\n`);
    })(),
    signal: stop.signal,
    now: Date.now,
    connect: async (options) => twilioProvider(options),
    sleep: async (_, signal) => {
      if (['simulate', 'watch'].includes(argv[0] ?? '') || argv.includes('--follow')) stop.abort();
      await new Promise((resolve) => (signal.aborted ? resolve(undefined) : setTimeout(resolve, 5)));
    },
    out: (line) => {
      out.push(line);
      if (argv[0] === 'listen') stop.abort();
    },
    err: (line) => void err.push(line),
    ...(argv[1] === 'edit' && { terminal: { ...world.context.terminal, canAsk: true } }),
    edit: async (file) => {
      appendFileSync(file, '# edited\n');
      return true;
    },
    // In a process of its own it would print there, too.
    runCommand: async (line) => {
      const ran = await volley(...line);
      out.push(ran.out);
      return ran.code;
    },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const sid = (n: number): string => simulator.truth()[n]?.sid ?? '';

beforeAll(async () => {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = testEnv;
  simulator = await startSimulator({ accountSid, authToken, statusDelayMs: 0 });
  world = testContext({ env: { VOLLEY_API_URL: simulator.url } });
  shared = await newDatabase();
  const bad = '+14155530007,Undelivered\n555,Wrong\n';
  writeFileSync(join(world.folder, 'list.csv'), `${recipients(3)}${bad}`);
  writeFileSync(join(world.folder, 'others.csv'), `${recipients(3)}`);
  writeFileSync(join(world.folder, 'volley.toml'), `[defaults]\nfrom = "${from}"\n`);
  await volley('batch', path('list.csv'), '--body', 'Hi', '--campaign', 'spring', '--yes', '--wait');
  await volley('opt-out', 'add', '+14155550160');
  await volley('send', '--to', '+14155550100', '--media-url', 'https://example.com/a.gif');
  await volley('schedule', 'add', 'nightly', '--cron', '0 9 * * *', '--', 'campaigns');
}, 60_000);
afterAll(() => simulator.close());

const path = (file: string): string => join(world.folder, file);

/** The SID of a message that was just sent. */
async function newSid(...options: readonly string[]): Promise<string> {
  await volley('send', '--to', '+14155550172', '--body', 'Hi', ...options);
  return simulator.truth().at(-1)?.sid ?? '';
}

async function newSchedule(): Promise<string> {
  const name = `once-${++times}`;
  await volley('schedule', 'add', name, '--cron', '0 9 * * *', '--', 'campaigns');
  return name;
}

type Argv = readonly string[];

/**
 * Command lines by the schema of their document, with how many lines they are with `--output ndjson`. Asked for anew each
 * time, since some can be done but once.
 */
const documents: readonly (readonly [schema: string, argv: () => Argv | Promise<Argv>, lines: number | 'any'])[] = [
  ['report', () => ['send', '--to', '+14155550101', '--body', 'Hi'], 1],
  ['report', () => ['batch', path('list.csv'), '--body', 'Hi', '--campaign', 'spring', '--yes'], 5],
  ['plan', () => ['batch', path('list.csv'), '--body', 'Hi', '--dry-run'], 1],
  ['plan', () => ['send', '+14155550101', 'Hi', '-t', '+14155550102', '--dry-run'], 2],
  ['plan', () => ['check', path('list.csv'), '--body', 'Hi', '--online'], 1],
  ['report', () => ['batch', path('others.csv'), '--body', 'Hi', '--yes', '--enqueue', '--again'], 3],
  ['worker', () => ['worker', '--drain'], 1],
  ['report', () => ['stream', '--body', 'Hi', '--campaign', 'orders'], 2],
  ['report', () => ['resume', 'spring'], 5],
  ['resume', () => ['resume'], 1],
  ['report', () => ['reconcile', 'spring'], 5],
  ['reconcile', () => ['reconcile'], 1],
  ['campaigns', () => ['campaigns'], 'any'],
  ['report', () => ['report', 'spring'], 5],
  ['messages', () => ['report', 'spring', '--failed'], 2],
  ['files', () => ['report', 'spring', '--csv', path('out.csv'), '--html', path('out.html')], 2],
  ['message', () => ['report', sid(0)], 1],
  ['report', () => ['track', 'spring'], 5],
  ['message', () => ['track', sid(0)], 1],
  ['watch', () => ['watch', 'spring'], 'any'],
  ['watch', () => ['watch'], 1],
  ['listen', () => ['listen', '--public-url', 'https://example.com/t', '--port', '0'], 1],
  ['twilio-messages', () => ['messages', 'list', '--limit', '3'], 3],
  ['files', () => ['messages', 'list', '--csv', path('records.csv')], 1],
  ['twilio-message', () => ['messages', 'get', sid(0)], 1],
  ['media', () => ['messages', 'media', sid(4)], 1],
  ['twilio-change', () => ['messages', 'redact', sid(0), '--yes'], 1],
  ['twilio-change', async () => ['messages', 'delete', await newSid('--wait'), '--yes'], 1],
  [
    'twilio-change',
    async () => ['messages', 'cancel', await newSid('--messaging-service-sid', service, '--send-at', '+2h'), '--yes'],
    1,
  ],
  ['verify', () => ['verify', 'spring'], 'any'],
  ['feedback', () => ['feedback', path('nothing-right.csv')], 1],
  ['feedback', async () => ['feedback', await newSid('--provide-feedback'), '--outcome', 'confirmed'], 1],
  ['replies', () => ['replies'], 1],
  ['replies', () => ['replies', '--follow'], 1],
  ['files', () => ['replies', '--csv', path('replies.csv')], 1],
  ['trigger', () => ['trigger', 'sent', '--sid', sid(0), '--url', simulator.url], 1],
  ['explain', () => ['explain', '30007'], 1],
  ['opt-out', () => ['opt-out', 'add', '+14155550150'], 1],
  ['opt-out', () => ['opt-out', 'remove', '+14155550150'], 1],
  ['opt-outs', () => ['opt-out', 'list'], 1],
  ['opt-out-import', () => ['opt-out', 'import', path('opted.csv')], 1],
  ['files', () => ['opt-out', 'export', path('exported.csv')], 1],
  ['purge', () => ['purge', '--older-than', '400d', '--dry-run'], 1],
  ['workers', () => ['workers'], 'any'],
  ['schedule', () => ['schedule', 'add', 'weekly', '--cron', '0 9 * * 1', '--', 'campaigns'], 1],
  ['schedules', () => ['schedule', 'list'], 'any'],
  ['schedule', async () => ['schedule', 'remove', await newSchedule()], 1],
  ['campaigns', () => ['schedule', 'run', 'nightly'], 'any'],
  ['ledger-copy', () => ['ledger', 'copy', path('old.db'), path(`new-${++times}.db`)], 1],
  ['files', () => ['init', path('fresh')], 3],
  ['whoami', () => ['whoami'], 1],
  ['config', () => ['config', 'list'], 'any'],
  ['config-value', () => ['config', 'get', 'rate'], 1],
  ['config-set', () => ['config', 'set', 'rate', '100'], 1],
  ['files', () => ['config', 'edit'], 1],
  ['templates', () => ['templates', 'list'], 1],
  ['template', () => ['templates', 'show', path('hello.liquid')], 1],
  ['template-test', () => ['templates', 'test', path('hello.liquid'), path('others.csv')], 3],
  ['doctor', () => ['doctor'], 'any'],
  ['simulate', () => ['simulate'], 1],
  ['recall', () => ['recall', 'spring'], 1],
  ['replies', () => ['replies', 'spring'], 'any'],
  ['help', () => [], 1],
  ['help', () => ['help', 'csv'], 1],
  ['help', () => ['help', 'send'], 1],
  ['help', () => ['batch', '--help'], 1],
  ['version', () => ['version'], 1],
  ['man', () => ['man'], 1],
  ['completion', () => ['completion', 'bash'], 1],
  ['files', () => ['completion', 'fish', '--install'], 1],
];

describe('what a program reads', () => {
  it('is tried with every command', async () => {
    const tried = new Set((await Promise.all(documents.map(([, argv]) => argv()))).map(([verb]) => verb));
    // Prompts for people; and what asks for a secret is tried below.
    const others = ['compose', 'login', 'logout'];
    expect(verbs.map(({ name }) => name).filter((name) => !tried.has(name) && !others.includes(name))).toEqual([]);
  });

  beforeAll(async () => {
    writeFileSync(path('hello.liquid'), 'Hi {{ name }}');
    const ledger = await world.context.openLedger(world.ledgerPath);
    const reply = { kind: 'inbound', sid: `SM${'9'.repeat(32)}`, from: '+14155550100', to: from, body: 'Yes' } as const;
    await ledger.keepReply(reply, true);
    await ledger.close();
    writeFileSync(path('nothing-right.csv'), 'sid,outcome\nSM1,confirmed\n');
    writeFileSync(path('opted.csv'), 'to\n+14155550161\n555\n');
    await volley('opt-out', 'list', '--ledger', path('old.db'));
  });

  it.each(documents)('is volley.%s/1, a document and lines', async (schema, argvOf, lines) => {
    const printed = async (...flags: readonly string[]) => {
      const argv = await argvOf();
      // The words after -- are another command's.
      const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
      return volley(...argv.slice(0, end), ...flags, ...argv.slice(end));
    };
    const { out, err } = await printed('--json');
    expect(out, err).not.toBe('');
    const document = JSON.parse(out);
    expect(document.schema).toBe(`volley.${schema}/1`);
    const counts = document.counts as Record<string, number> | undefined;
    if (counts) expect(counts['rows']).toEqual(expect.any(Number));
    const byLine = await printed('--output', 'ndjson');
    const items = byLine.out.split('\n').filter((line) => line !== '');
    for (const line of items) expect(JSON.parse(line)).toEqual(expect.any(Object));
    if (lines !== 'any') expect(items, byLine.err).toHaveLength(lines);
    const filtered = await printed('--jq', '.schema');
    expect([filtered.out, filtered.err.includes('jq')]).toEqual([`volley.${schema}/1`, false]);
  });
});

describe('the server that was spoken to', () => {
  it.each([
    ['verify spring'],
    ['track spring'],
    ['track SID'],
    ['messages list --limit 1'],
    ['messages get SID'],
    ['messages media SID'],
    ['messages redact SID --yes'],
    ['whoami'],
    ['doctor'],
  ])('is in the document of %s', async (line) => {
    const { out } = await volley(...line.split(' ').map((word) => (word === 'SID' ? sid(0) : word)), '--json');
    expect(JSON.parse(out)).toMatchObject({ simulated: false, server: simulator.url });
  });

  it('is the simulator in a rehearsal, also where none was asked', async () => {
    const { out } = await volley('campaigns', '--simulate', '--json');
    expect(JSON.parse(out)).toMatchObject({ schema: 'volley.campaigns/1', simulated: true, server: null });
  });

  it('is not named where there is none', async () => {
    const { out } = await volley('opt-out', 'list', '--json');
    expect(JSON.parse(out)).not.toHaveProperty('server');
  });
});

describe('credentials', () => {
  it('are kept and forgotten with a document each', async () => {
    const made = testContext({ stdin: 'secret' });
    const account = testEnv.TWILIO_ACCOUNT_SID;
    await main(['login', '--account-sid', account, '--secret-stdin', '--json'], made.context);
    await main(['logout', '--json'], made.context);
    expect(made.stdout.map((line) => JSON.parse(line))).toMatchObject([
      { schema: 'volley.login/1', accountSid: account, keptIn: 'keyring' },
      { schema: 'volley.logout/1', accountSid: account },
    ]);
  });
});

describe('an error', () => {
  it.each([['--json'], ['--output=ndjson'], ['--jq=.']])('is JSON with %s', async (flag) => {
    const { code, out, said } = await run(['report', 'nothing', flag]);
    expect([code, out, JSON.parse(said)]).toEqual([2, '', { error: expect.objectContaining({ code: 'usage' }) }]);
  });
});

describe('what moves a cursor or turns text around', () => {
  const odd = 'a\u001b[2Jb\u009b31mc\u202ed\u200be\ufeff';

  it.each([['--json'], ['--output=ndjson'], ['--jq=.']])('is written as escapes with %s', async (flag) => {
    const made = worldOfOne();
    await made.volley('opt-out', 'add', '+14155550101', '--source', odd);
    made.stdout.length = 0;
    await made.volley('opt-out', 'list', flag);
    const [line = ''] = made.stdout;
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.stringify(JSON.parse(line))).toContain(JSON.stringify(odd).slice(1, -1));
  });

  it('is so in an error, too', async () => {
    const { said } = await run(['report', odd, '--json']);
    expect(said).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(said).error.message).toContain(odd);
  });
});

describe('the version', () => {
  it.each([
    [['version', '--json'], /^\{"schema":"volley.version\/1","version":"[\d.]+"\}$/],
    [['version', '--output', 'ndjson'], /^\{"schema":"volley.version\/1"/],
    [['--json', 'version'], /^\{"schema":"volley.version\/1"/],
    [['version', '--jq', '.version'], /^[\d.]+$/],
    [['version'], /^[\d.]+$/],
  ])('is told as it is asked for: %j', async (argv, expected) => {
    const { code, out } = await run(argv);
    expect([code, out]).toEqual([0, expect.stringMatching(expected)]);
  });
});

describe('--jq', () => {
  const send = ['send', '--to', '+14155550101', '--from', from, '--body', 'Hi'];

  it.each([
    ['.counts.accepted', '1'],
    ['.messages[].to', '+14155550101'],
    ['.messages[0] | {to, code}', '{"to":"+14155550101","code":null}'],
    ['.messages[0].code', ''],
    ['.campaign | has("id"), has("x")', 'true\nfalse'],
    ['-.counts.accepted', '-1'],
  ])('prints what %s makes of the document', async (expression, expected) => {
    const { code, out } = await run([...send, '--jq', expression]);
    expect([code, out]).toEqual([0, expected]);
  });

  it('filters each line of ndjson', async () => {
    const { out } = await run([...send, '--to', '+14155550102', '--output', 'ndjson', '--jq', '.to']);
    expect(out).toBe('+14155550101\n+14155550102');
  });

  it('with a wrong expression is a mistake, and nothing is sent', async () => {
    const { code, said, sent } = await run([...send, '--jq', '.counts[']);
    expect([code, sent]).toEqual([2, []]);
    expect(JSON.parse(said).error.message).toMatch(/^--jq \.counts\[: syntax error/);
  });

  it('that does not fit what was sent says that it was', async () => {
    const { code, said, sent } = await run([...send, '--jq', '.counts.rows.none']);
    expect([code, sent.length]).toEqual([8, 1]);
    expect(JSON.parse(said).error.message).toMatch(/It is done, but --jq .* Cannot index number/);
  });

  it('lets nothing of a text move the cursor of a terminal', async () => {
    const made = testContext();
    const context = { ...made.context, terminal: { ...made.context.terminal, stdoutIsTty: true } };
    await main(['explain', '30007', '--jq', '"a\\u001b[2Jb"'], context);
    expect(made.stdout).toEqual(['a[2Jb']);
  });
});

describe('a long list', () => {
  it('is one document still', async () => {
    const made = testContext();
    const numbers = Array.from({ length: 3000 }, (_, i) => `+1415555${String(i).padStart(4, '0')}`);
    const list = made.file('opted.csv', `to\n${numbers.join('\n')}\n`);
    await main(['opt-out', 'import', list, '--quiet'], made.context);
    await main(['opt-out', 'list', '--json'], made.context);
    expect(made.stdout.length).toBeGreaterThan(1);
    expect(JSON.parse(made.stdout.join('\n')).optOuts).toHaveLength(3000);
  });
});
