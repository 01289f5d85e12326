import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { quoted } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import { cronTimes } from '../../queue/cron.ts';
import type { KnownSchedule, Queue } from '../../queue/queue.ts';
import { runScheduled } from '../../queue/scheduler.ts';
import { localTime, shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act, OptionsOf } from '../options/act.ts';
import { choice, option, requiredChoice, rest } from '../options/option.ts';
import { duration, text } from '../options/parsers.ts';
import { scheduleRunner } from '../sending/schedule-runner.ts';
import { type Session, withSession } from '../session.ts';

const help = `Command lines that workers run by the clock: each time once, whichever of them is there, never two runs at once.
A time at which no worker was there is run as soon as one is (--missed run), or left out (--missed skip).

Examples:
  volley schedule add nightly --cron '0 9 * * 1-5' --tz Europe/Berlin -- batch customers.csv --campaign spring --yes
  volley schedule list
  volley schedule run nightly              now, in this terminal
  volley schedule remove nightly`;

const what = ['add', 'list', 'remove', 'run'] as const;

const table = {
  what: requiredChoice('<what>', 'add, list, remove or run', what),
  name: option('[name]', 'what it is called', text),
  command: rest('[command...]', 'what stands after volley; put -- before it'),
  cron: option('--cron <fields>', 'minute, hour, day, month and weekday, as cron has them', text),
  timeZone: option('--tz <zone>', 'time zone of the fields, as Europe/Berlin (default UTC)', text, 'UTC'),
  missed: choice('--missed <what>', 'run or skip a time at which no worker was there (default run)', ['run', 'skip']),
  deadlineMs: option('--deadline <time>', 'how long a run may take (default 2h)', duration('1m', '24h'), 7_200_000),
};

type Options = OptionsOf<typeof table>;

interface Work {
  readonly options: Options;
  readonly name: string;
  readonly queue: Queue;
  readonly session: Session;
  readonly context: Context;
}

/** Declares `volley schedule`. */
export function declareSchedule(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, async (options, context) => {
    const { name = '', cron, command: argv } = options;
    if (options.what !== 'list' && name === '') throw new CliError('usage', 'Which schedule?', { hint: 'Name it.' });
    if (options.what === 'add' && (cron === undefined || argv.length === 0)) {
      throw new CliError('usage', `When is ${name} run, and what?`, {
        hint: "volley schedule add NAME --cron '0 9 * * 1-5' --tz Europe/Berlin -- batch customers.csv --yes",
      });
    }
    // Looked at before a queue is opened, which makes its tables.
    if (cron !== undefined) await cronTimes(cron, options.timeZone);
    return withSession(options.session, context, async (session) =>
      verbs[options.what]({ options, name, queue: await session.queue(), session, context }),
    );
  });
}

const verbs: Readonly<Record<(typeof what)[number], (work: Work) => Promise<number>>> = {
  add: async ({ options, name, queue, session, context }) => {
    const { cron = '', timeZone, missed = 'run', deadlineMs, command: argv } = options;
    await queue.keepSchedule({ name, cron, timeZone, missed, deadlineMs, argv, cwd: context.cwd });
    if (session.isJson) {
      const next = await nextTimes({ cron, timeZone }, context.now());
      const kept = { name, cron, timeZone, missed, deadlineMs, argv, next };
      await printDocument({ schema: 'volley.schedule/1', ...kept }, { session, context, hasChanged: true });
    } else if (!session.isQuiet) await showTimes({ name, cron, timeZone }, session, context);
    return 0;
  },
  remove: async ({ name, queue, session, context }) => {
    if (!(await queue.dropSchedule(name))) throw unknown(name, await queue.schedules());
    if (session.isJson) {
      const document = { schema: 'volley.schedule/1', name, removed: true } as const;
      await printDocument(document, { session, context, hasChanged: true });
    } else if (!session.isQuiet) context.out(`${shown(name, session.resultStyle)} is removed.`);
    return 0;
  },
  list: async ({ queue, session, context }) => {
    const schedules = await queue.schedules();
    if (session.isJson) {
      const items = await Promise.all(schedules.map((schedule) => scheduleJson(schedule, context.now())));
      await printDocument({ schema: 'volley.schedules/1' }, { session, context }, { as: 'schedules', items });
      return 0;
    }
    for (const schedule of schedules) await show(schedule, session, context);
    if (schedules.length === 0) context.err('Nothing is scheduled.');
    return 0;
  },
  run: async ({ options, name, queue, session, context }) => {
    const workerId = randomUUID();
    const taken = await queue.takeNow(name, workerId);
    if (!taken) {
      const known = await queue.schedules();
      const isKnown = known.some((schedule) => schedule.name === name);
      throw isKnown ? new CliError('held', `${name} is running already.`) : unknown(name, known);
    }
    const { sleep, monotonic, signal, err } = context;
    const run = scheduleRunner(options.session, session, context, 'stdout');
    const onTrouble = (error: unknown) => err(`trouble: ${clean(String(error))}`);
    const onRun = (_: string, end: string) => {
      if (!session.isQuiet) err(`${shown(name, session.workStyle)}: ${end}`);
    };
    return runScheduled(taken, { queue, run, workerId, sleep, monotonic, signal, onTrouble, onRun });
  },
};

function unknown(name: string, known: readonly KnownSchedule[]): CliError {
  const names = known.map((schedule) => schedule.name);
  const hint = didYouMean(name, names, 'See them all: volley schedule list');
  return new CliError('usage', `There is no schedule ${name}.`, { hint });
}

/** How many of the next times are shown. */
const shownTimes = 3;

async function nextTimes({ cron, timeZone }: Pick<KnownSchedule, 'cron' | 'timeZone'>, now: number): Promise<string[]> {
  return (await cronTimes(cron, timeZone)).next(now, shownTimes).map((ms) => new Date(ms).toISOString());
}

async function showTimes(
  schedule: Pick<KnownSchedule, 'name' | 'cron' | 'timeZone'>,
  { resultStyle }: Session,
  { out, now }: Context,
): Promise<void> {
  const times = (await nextTimes(schedule, now())).map((iso) => localTime(iso));
  const { name, cron, timeZone } = schedule;
  out(`${resultStyle.paint.bold(shown(name, resultStyle))}  ${cron} (${timeZone})`);
  out(`  next, by this machine's clock: ${times.join(', ')}`);
}

async function show(schedule: KnownSchedule, session: Session, context: Context): Promise<void> {
  await showTimes(schedule, session, context);
  const { argv, cwd, lastAt, lastEnd } = schedule;
  const { resultStyle } = session;
  context.out(`  volley ${shown(argv.map(quoted).join(' '), resultStyle)}  (in ${shown(cwd, resultStyle)})`);
  if (lastAt === undefined) return;
  const end = lastEnd === undefined ? 'running' : shown(lastEnd, resultStyle);
  context.out(`  last run ${localTime(new Date(lastAt).toISOString())}: ${end}`);
}

async function scheduleJson({ lastAt, lastEnd, ...schedule }: KnownSchedule, now: number) {
  return {
    ...schedule,
    next: await nextTimes(schedule, now),
    lastAt: lastAt === undefined ? null : new Date(lastAt).toISOString(),
    lastEnd: lastEnd ?? null,
  };
}
