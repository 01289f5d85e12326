import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { MessageRecord } from '../../src/provider/provider.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { from, testContext } from '../context.ts';

const rejected = { kind: 'rejected', code: 21_408, reason: 'Permission to send an SMS has not been enabled' } as const;

const name = 'a-campaign-with-a-name-of-forty-letters';

const list = `phone,first_name,what
+14155550101,Ada,spring is here and so are we
+14155550102,Bob,
+14155550103,Cid,spring is here
bad,Dee,spring
+14155550105x2,Eve,spring
`;

const replies = ['Yes, see you on Monday, and thanks for the reminder; may I bring my sister?', 'STOP'];

const records: readonly MessageRecord[] = [
  { status: 'delivered', body: 'Hi Ada, spring is here and so are we: come and see us on Monday at nine.' },
  { status: 'undelivered', code: 30_007, body: 'Hi' },
  { status: 'received', to: from, from: '+14155550101', body: 'Yes, see you on Monday.' },
].map((record, i) => ({
  ...{ sid: `SM${String(i).repeat(32)}`, createdAt: Date.parse('2026-11-23T09:00:00Z'), direction: 'outbound-api' },
  ...{ from, to: '+14155550101', messagingServiceSid: null },
  ...record,
}));

/** What workers share, as two of them and a schedule would have it. */
const queue: Partial<Queue> = {
  workers: async () => [
    { ...worker, id: 'one', campaigns: [name, 'news'], accepted: 123_456, isAlive: true },
    { ...worker, id: 'two', campaigns: [], accepted: 0, isAlive: false },
  ],
  size: async () => 12,
  schedules: async () => [
    {
      ...{ name: 'nightly-reminders', cron: '0 9 * * 1-5', timeZone: 'Europe/Berlin', missed: 'run', deadlineMs: 1 },
      ...{ cwd: '/srv/lists', lastAt: 0, lastEnd: '0' },
      argv: ['batch', 'customers.csv', '--body', 'Hi {{ first_name }}, we open at nine', '--campaign', name, '--yes'],
    },
  ],
  close: async () => undefined,
};

const worker = { host: 'volley-worker-7f9c.example.com', pid: 4711, startedAt: 0, seenAt: 0 };

const shared = '--ledger postgres://volley@db.example.com/volley';

/** A folder in which a campaign went half well, at a terminal of this width. */
async function world(columns: number) {
  const made = testContext({
    env: { NO_COLOR: '1' },
    script: ({ to }) =>
      to.endsWith('3') ? rejected : { kind: 'accepted', sid: `SM${'0'.repeat(30)}${to.slice(-2)}`, status: 'queued' },
  });
  const terminal = { canAsk: false, stdoutIsTty: true, stderrIsTty: true, columns };
  const connect: typeof made.context.connect = async (options) => ({
    ...(await made.context.connect(options)),
    recent: async () => ({ ok: true, messages: records }),
  });
  const context = { ...made.context, terminal, connect, openQueue: async () => queue as Queue };
  const volley = (...argv: string[]) => main(argv, context);
  const file = made.file('customers-of-the-northern-branch.csv', list);
  const text = [
    '--from',
    from,
    '--body',
    'Hi {{ first_name }}, {{ what }}',
    '--campaign',
    name,
    '--max-invalid',
    '90%',
  ];
  expect(await volley('batch', file, ...text, '--yes')).toBe(3);
  const ledger = await context.openLedger(made.ledgerPath);
  for (const [i, body] of replies.entries()) {
    const sid = `SM${String(i).repeat(32)}`;
    await ledger.keepReply({ kind: 'inbound', sid, from: '+14155550101', to: from, body }, true);
  }
  await ledger.close();
  await volley('opt-out', 'add', '+14155550109', '--source', 'a phone call on a rainy Monday in the northern branch');
  made.stdout.length = 0;
  made.stderr.length = 0;
  return { ...made, volley, file, text };
}

type World = Awaited<ReturnType<typeof world>>;

/** What a command prints, on both streams, as lines. */
async function printed(
  argv: readonly string[],
  { volley, file, text, stdout, stderr, folder }: World,
): Promise<string[]> {
  stdout.length = 0;
  stderr.length = 0;
  await volley(...argv.flatMap((word) => (word === 'FILE' ? [file] : word === 'TEXT' ? text : [word])));
  return [...stdout, ...stderr].join('\n').replaceAll(folder, '/tmp/folder').split('\n');
}

/** All but how much is free on a disk, which is never twice the same. */
const wordsOf = (lines: readonly string[]): string[] =>
  lines
    .join('\n')
    .replace(/[\d.]+(?=\s+GB\s+free)/, '')
    .split(/\s+/)
    .filter((word) => word !== '');

/** Nothing is broken here. */
const endless = 10_000;

describe.each([60, 80, 100])('at %i columns', (columns) => {
  // The same goes on in both: what one command leaves behind, the next one finds in either.
  let narrow: World;
  let wide: World;
  beforeAll(async () => {
    [narrow, wide] = [await world(columns), await world(endless)];
  }, 60_000);

  it.each<[string]>([
    ['campaigns'],
    [`report ${name}`],
    ['check FILE TEXT'],
    ['batch FILE TEXT --yes --again'],
    ['help consent'],
    ['send --to +1 --from 1'],
    ['send --to +14155550103 --from 12345 --body Hi'],
    [`report ${name} --failed`],
    [`recall ${name}`],
    ['opt-out list'],
    ['config list --show-origin'],
    ['doctor'],
    ['explain 30007'],
    ['purge'],
    [`verify ${name}`],
    [`track ${name} --for 1s`],
    [`watch ${name}`],
    ['templates list'],
    ['replies'],
    [`replies ${name}`],
    ['messages list'],
    ['messages list --status undelivered'],
    ['workers'],
    [`workers ${shared}`],
    [`schedule list ${shared}`],
    ['init fresh'],
  ])('%s is within the width, and cuts no word', async (line) => {
    const argv = line.split(' ');
    const lines = await printed(argv, narrow);
    const whole = await printed(argv, wide);
    expect(lines.join('')).not.toBe('');
    expect(lines.filter((text) => stringWidth(text) > columns)).toEqual([]);
    const known = new Set(wordsOf(whole));
    // What is cut on purpose ends with …; a command line is continued with \.
    expect(wordsOf(lines).filter((word) => !known.has(word) && !/…|^\\$|^█/.test(word))).toEqual([]);
  });
});
