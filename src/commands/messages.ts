import { join, resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';
import { isMessageSid } from '../core/message.ts';
import { CliError } from '../errors.ts';
import type { ListFilter, MediaRecord, MessageRecord, Transport } from '../transport/transport.ts';
import { clean } from '../ui/clean.ts';
import { safeCell } from '../ui/export.ts';
import { recordJson } from '../ui/json.ts';
import { recordLine, recordLines } from '../ui/records.ts';
import { type Act, countFlag, type Flags, textFlag } from './options.ts';
import { addIntroduction } from './page.ts';
import { type Session, withSession } from './session.ts';
import { writeCsv, writePrivate } from './write-file.ts';

const help = `These are Twilio's own records, whoever sent the messages; what volley sent is in: volley report.

Examples:
  volley messages list --to +14155550100 --limit 20
  volley messages list --since 2026-11-01 --csv november.csv --limit 100000
  volley messages get SM1234…
  volley messages media SM1234… --save .  its pictures, into this folder
  volley messages cancel SM1234…          what is scheduled
  volley messages redact SM1234… --yes    empties the text at Twilio
  volley messages delete SM1234… --yes    the whole record at Twilio`;

interface Work {
  readonly flags: Flags;
  readonly transport: Transport;
  readonly session: Session;
  readonly context: Context;
}

type Verb = (work: Work) => Promise<number>;

/** Declares `volley messages`. */
export function declareMessages(command: Command, act: Act): void {
  addIntroduction(command, help);
  command
    .addArgument(new Argument('<what>', 'list, get, media, cancel, redact or delete').choices(Object.keys(verbs)))
    .argument('[sid]', 'the SID of the message, except for list')
    .option('--to <number>', 'list: those to this number')
    .option('--from <sender>', 'list: those from this sender')
    .option('--since <day>', 'list: sent on this day or after, as 2026-11-23')
    .option('--until <day>', 'list: sent on this day or before')
    .option('--limit <n>', 'list: the latest n (default 50)')
    .option('--csv <file>', 'list: to a CSV file, - for standard output')
    .option('--save <folder>', 'media: write the files into this folder')
    .option('--account-sid <AC…>', 'the subaccount they are in')
    .option('--yes', 'do not ask before redact and delete');
  act((flags, context) =>
    withSession(flags, context, async (session) => {
      const verb = verbs[String(flags['what'])];
      if (!verb) throw new Error(`no such verb: ${String(flags['what'])}`);
      return verb({ flags, session, context, transport: await session.connect() });
    }),
  );
}

const verbs: Readonly<Record<string, Verb>> = {
  list: async (work) => {
    const { flags, session, context } = work;
    const csv = textFlag(flags, 'csv');
    if (csv !== undefined) await writeCsv(csv, csvColumns, csvRows(records(work)), context);
    else if (session.isJson || session.isNdjson) {
      for await (const record of records(work)) context.out(JSON.stringify(recordJson(record)));
    } else for await (const record of records(work)) context.out(recordLine(record, session.resultLook));
    return 0;
  },
  get: async ({ flags, transport, session, context }) => {
    const sid = sidOf(flags);
    const record = await transport.fetch(sid, textFlag(flags, 'accountSid'));
    if (!record)
      throw new CliError('input', `Twilio gave no message ${sid}.`, { hint: 'Check it with volley messages list.' });
    if (session.isJson) context.out(JSON.stringify(recordJson(record)));
    else for (const line of recordLines(record, session.resultLook)) context.out(line);
    return 0;
  },
  media: async (work) => {
    const sid = sidOf(work.flags);
    const list = await work.transport.media(sid, textFlag(work.flags, 'accountSid'));
    if (!list.ok) throw new CliError('rule', `Twilio refused: ${list.reason}`);
    for (const media of list.value) await showMedia(sid, media, work);
    if (list.value.length === 0 && !work.session.isQuiet) work.context.err(`${sid} has no media.`);
    return 0;
  },
  cancel: async (work) => {
    const sid = sidOf(work.flags);
    const canceled = await work.transport.cancel(sid, textFlag(work.flags, 'accountSid'));
    return done(work, `${sid} is canceled.`, canceled.ok ? undefined : canceled.reason);
  },
  redact: async (work) => {
    const sid = sidOf(work.flags);
    await confirm(`Empty the text of ${sid} at Twilio, for good?`, work);
    return done(
      work,
      `The text of ${sid} is emptied.`,
      await work.transport.redact(sid, textFlag(work.flags, 'accountSid')),
    );
  },
  delete: async (work) => {
    const sid = sidOf(work.flags);
    await confirm(`Delete ${sid} at Twilio, for good?`, work);
    return done(work, `${sid} is deleted.`, await work.transport.remove(sid, textFlag(work.flags, 'accountSid')));
  },
};

async function showMedia(sid: string, { sid: mediaSid, contentType }: MediaRecord, work: Work): Promise<void> {
  const { flags, session, context } = work;
  const folder = textFlag(flags, 'save');
  const known = { sid: mediaSid, contentType };
  const shownMedia =
    folder === undefined ? known : { ...known, file: await saveMedia(sid, { ...known, folder }, work) };
  context.out(session.isJson ? JSON.stringify(shownMedia) : Object.values(shownMedia).map(clean).join('  '));
}

/** Writes one file, named by its SID; resolves to its path. */
async function saveMedia(
  sid: string,
  media: MediaRecord & { readonly folder: string },
  { flags, transport, context }: Work,
): Promise<string> {
  const content = await transport.download(sid, media.sid, textFlag(flags, 'accountSid'));
  if (!content.ok) throw new CliError('unreachable', `${media.sid} cannot be fetched (${content.reason}).`);
  const { default: mime } = await import('mime');
  const file = join(media.folder, `${media.sid}.${mime.getExtension(media.contentType) ?? 'bin'}`);
  await writePrivate(resolve(context.cwd, file), [content.value]);
  return file;
}

function sidOf(flags: Flags): string {
  const sid = textFlag(flags, 'sid');
  if (sid !== undefined && isMessageSid(sid)) return sid;
  throw new CliError('usage', sid === undefined ? 'Which message?' : `${sid} is not the SID of a message.`, {
    hint: 'A SID is SM or MM and 32 hexadecimal digits.',
  });
}

async function confirm(question: string, { flags, session, context }: Work): Promise<void> {
  if (flags['yes'] === true) return;
  if (!session.canAsk) throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Add --yes.' });
  if (!(await context.confirm(question))) throw new CliError('interrupted', 'Nothing was changed.');
}

function done({ session, context }: Work, text: string, problem: string | undefined): number {
  if (problem !== undefined) throw new CliError('rule', `Twilio refused: ${problem}`);
  if (!session.isQuiet) context.out(text);
  return 0;
}

/** Messages one after the other, asking for a further page only when it is needed. */
async function* records({ flags, transport }: Work): AsyncGenerator<MessageRecord> {
  const account = textFlag(flags, 'accountSid');
  const filter = filterOf(flags);
  let left = countFlag(flags, 'limit') ?? 50;
  let page: string | undefined;
  do {
    const list = await transport.recent(page, account, filter);
    if (!list.ok) throw new CliError('unreachable', `Twilio's list cannot be read (${list.reason}).`);
    yield* list.messages.slice(0, left);
    left -= list.messages.length;
    page = list.next;
  } while (page !== undefined && left > 0);
}

function filterOf(flags: Flags): ListFilter {
  const [to, from, since, until] = ['to', 'from', 'since', 'until'].map((name) => textFlag(flags, name));
  for (const day of [since, until]) {
    if (day !== undefined && (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(Date.parse(day)))) {
      throw new CliError('usage', `${day} is not a day like 2026-11-23.`);
    }
  }
  return { ...(to && { to }), ...(from && { from }), ...(since && { since }), ...(until && { until }) };
}

const csvColumns = ['sid', 'date', 'direction', 'from', 'to', 'status', 'code', 'segments', 'price', 'body'];

async function* csvRows(messages: AsyncIterable<MessageRecord>): AsyncGenerator<readonly string[]> {
  for await (const record of messages) {
    const { sid, date, direction, from, to, status, code, segments, price, body } = recordJson(record);
    const cells = [sid, date, direction, from, to, status, code, segments, price, body];
    yield cells.map((cell) => safeCell(String(cell ?? '')));
  }
}
