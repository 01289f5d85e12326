import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { sidHint, wholeSid } from '../../campaign/find.ts';
import type { Context } from '../../context.ts';
import { isMessageSid, meansMessageSid } from '../../core/message.ts';
import { sid } from '../../core/sid.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import { listedMessages } from '../../provider/pages.ts';
import type { ListFilter, MediaRecord, MessageRecord, Provider } from '../../provider/provider.ts';
import { safeCell } from '../../ui/export.ts';
import { recordJson } from '../../ui/json.ts';
import { recordLines, recordText } from '../../ui/records.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { country } from '../options/input.ts';
import { list, option, requiredChoice, toggle, type ValuesOf } from '../options/option.ts';
import { count, messageStatus, type Past, text, timeBack } from '../options/parsers.ts';
import { understood } from '../options/understood.ts';
import { planContextOf, type Session, withSession } from '../session.ts';
import { printFiles, writeCsv, writePrivate } from '../write-file.ts';

const help = `These are Twilio's own records, whoever sent the messages; what volley sent is in: volley report.

Examples:
  volley messages list --to +14155550100 --limit 20
  volley messages list --since 2h --status undelivered
  volley messages list --since 2026-11-01 --csv november.csv --limit 100000
  volley messages get SM1234…
  volley messages media SM1234… --save .  its pictures, into this folder
  volley messages cancel SM1234…          what is scheduled
  volley messages redact SM1234… --yes    empties the text at Twilio
  volley messages delete SM1234… --yes    the whole record at Twilio`;

const what = ['list', 'get', 'media', 'cancel', 'redact', 'delete'] as const;

const table = {
  what: requiredChoice('<what>', 'list, get, media, cancel, redact or delete', what),
  sid: option('[sid]', 'the SID of the message, or how it begins, except for list', text),
  to: option('--to <number>', 'list: those to this number', text),
  country,
  from: option('--from <sender>', 'list: those from this sender', text),
  status: list('--status <status>', 'list: those with this status', messageStatus),
  since: option('--since <time>', 'list: from then on: 2h, yesterday 9:00, or a day of UTC as 2026-11-23', timeBack),
  until: option('--until <time>', 'list: until then, or until the end of that day', timeBack),
  limit: option('--limit <n>', 'list: the latest n (default 50)', count, 50),
  csv: option('--csv <file>', 'list: to a CSV file, - for standard output', text),
  save: option('--save <folder>', 'media: write the files into this folder', text),
  accountSid: option('--account-sid <AC…>', 'the subaccount they are in', sid('AC')),
  yes: toggle('--yes', 'do not ask before redact and delete'),
};

type MessagesOptions = ValuesOf<typeof table>;

interface Work {
  readonly options: MessagesOptions;
  readonly provider: Provider;
  /** The whole SID of the message; empty for `list`. */
  readonly sid: string;
  /** Whose messages are listed, as Twilio writes the number. */
  readonly to: string | undefined;
  readonly session: Session;
  readonly context: Context;
}

type Verb = (work: Work) => Promise<number>;

/** Declares `volley messages`. */
export function declareMessages(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => {
    const given = options.what === 'list' ? '' : sidOf(options);
    return withSession(options.session, context, async (session) => {
      const to = await recipientOf(options.to, session, context);
      const sid = given === '' || isMessageSid(given) ? given : await wholeSid(await session.ledger(), given);
      return verbs[options.what]({ options, sid, to, session, context, provider: await session.connect() });
    });
  });
}

const verbs: Readonly<Record<(typeof what)[number], Verb>> = {
  list: async (work) => {
    const { options, session, context } = work;
    const { csv } = options;
    if (csv !== undefined) {
      await writeCsv(csv, csvColumns, csvRows(records(work)), context);
      if (session.isJson && csv !== '-') await printFiles([csv], { session, context });
    } else if (session.isJson) {
      const listed = { as: 'messages', items: recordsJson(records(work)) };
      await printDocument({ schema: 'volley.twilio-messages/1' }, { session, context }, listed);
    } else for await (const record of records(work)) context.out(lineOf(record, session, context));
    return 0;
  },
  get: async ({ options, sid, provider, session, context }) => {
    const record = await provider.fetch(sid, options.accountSid);
    if (!record)
      throw new CliError('input', `Twilio gave no message ${sid}.`, { hint: 'Check it with volley messages list.' });
    const document = { schema: 'volley.twilio-message/1', ...recordJson(record) } as const;
    if (session.isJson) await printDocument(document, { session, context });
    else for (const line of recordLines(record, session.resultStyle)) context.out(line);
    return 0;
  },
  media: async (work) => {
    const { sid } = work;
    const list = await work.provider.media(sid, work.options.accountSid);
    if (!list.ok) throw new CliError('rule', `Twilio refused: ${list.reason}`);
    const { session, context } = work;
    if (session.isJson) {
      const listed = { as: 'media', items: mediaOf(sid, list.value, work) };
      await printDocument({ schema: 'volley.media/1', sid }, { session, context }, listed);
      return 0;
    }
    for await (const media of mediaOf(sid, list.value, work)) context.out(Object.values(media).map(clean).join('  '));
    if (list.value.length === 0 && !session.isQuiet) context.err(`${sid} has no media.`);
    return 0;
  },
  cancel: async (work) => {
    const { sid } = work;
    const canceled = await work.provider.cancel(sid, work.options.accountSid);
    return done(work, { sid, change: 'canceled' }, canceled.ok ? undefined : canceled.reason);
  },
  redact: async (work) => {
    const { sid } = work;
    await confirm(`Empty the text of ${sid} at Twilio, for good?`, work);
    return done(work, { sid, change: 'redacted' }, await work.provider.redact(sid, work.options.accountSid));
  },
  delete: async (work) => {
    const { sid } = work;
    await confirm(`Delete ${sid} at Twilio, for good?`, work);
    return done(work, { sid, change: 'deleted' }, await work.provider.remove(sid, work.options.accountSid));
  },
};

const lineOf = (record: MessageRecord, { resultStyle }: Session, { terminal }: Context): string =>
  recordText(record, resultStyle, terminal.stdoutIsTty);

/** A number as `send` reads it. Throws a `CliError` for what is none. */
async function recipientOf(given: string | undefined, session: Session, context: Context): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const { normalizePhone } = await planContextOf(session, context.now());
  return understood(normalizePhone(given), { flag: '--to', text: given, style: session.workStyle });
}

/** The media of a message, each with the file it was written to, if that is asked for. */
async function* mediaOf(sid: string, list: readonly MediaRecord[], work: Work) {
  const folder = work.options.save;
  for (const { sid: mediaSid, contentType } of list) {
    const known = { sid: mediaSid, contentType };
    yield folder === undefined ? known : { ...known, file: await saveMedia(sid, { ...known, folder }, work) };
  }
}

/** Writes one file, named by its SID; resolves to its path. */
async function saveMedia(
  sid: string,
  media: MediaRecord & { readonly folder: string },
  { options, provider, context }: Work,
): Promise<string> {
  const content = await provider.download(sid, media.sid, options.accountSid);
  if (!content.ok) throw new CliError('unreachable', `${media.sid} cannot be fetched (${content.reason}).`);
  const { default: mime } = await import('mime');
  const file = join(media.folder, `${media.sid}.${mime.getExtension(media.contentType) ?? 'bin'}`);
  await writePrivate(resolve(context.cwd, file), [content.value]);
  return file;
}

function sidOf({ sid }: MessagesOptions): string {
  if (sid === undefined) throw new CliError('usage', 'Which message?', { hint: sidHint });
  if (meansMessageSid(sid)) return sid;
  throw new CliError('usage', `${sid} is not the SID of a message.`, { hint: sidHint });
}

async function confirm(question: string, { options, session, context }: Work): Promise<void> {
  if (options.yes) return;
  if (!session.canAsk) throw new CliError('usage', 'Nobody is there to confirm.', { hint: 'Add --yes.' });
  if (!(await context.confirm(question))) throw new CliError('interrupted', 'Nothing was changed.');
}

/** What was done to a record at Twilio. */
interface Change {
  readonly sid: string;
  readonly change: keyof typeof changes;
}

const changes = {
  canceled: (sid: string) => `${sid} is canceled.`,
  redacted: (sid: string) => `The text of ${sid} is emptied.`,
  deleted: (sid: string) => `${sid} is deleted.`,
};

async function done({ session, context }: Work, { sid, change }: Change, problem: string | undefined): Promise<number> {
  if (problem !== undefined) throw new CliError('rule', `Twilio refused: ${problem}`);
  const document = { schema: 'volley.twilio-change/1', sid, change } as const;
  if (session.isJson) await printDocument(document, { session, context, hasChanged: true });
  else if (!session.isQuiet) context.out(changes[change](sid));
  return 0;
}

/** The latest messages, as many as are wanted. */
async function* records({ options, provider, to, context: { signal } }: Work): AsyncGenerator<MessageRecord> {
  let left = options.limit;
  const filter = { ...(to !== undefined && { to }), ...filterOf(options) };
  for await (const record of listedMessages(provider, { accountSid: options.accountSid, filter, signal })) {
    if (!isWanted(record, options)) continue;
    yield record;
    if (--left === 0) return;
  }
}

/** What Twilio can look for: it knows days, by UTC, and no status. */
function filterOf({ from, since, until }: MessagesOptions): ListFilter {
  return { ...(from && { from }), ...(since && { since: dayOf(since) }), ...(until && { until: dayOf(until) }) };
}

const dayOf = (past: Past): string => ('day' in past ? past.day : new Date(past.atMs).toISOString().slice(0, 10));

/** What is left to look for here. */
function isWanted({ createdAt, status: found }: MessageRecord, { status, since, until }: MessagesOptions): boolean {
  if (status.length > 0 && !status.includes(found)) return false;
  const isBefore = since !== undefined && 'atMs' in since && createdAt < since.atMs;
  const isAfter = until !== undefined && 'atMs' in until && createdAt > until.atMs;
  return !isBefore && !isAfter;
}

async function* recordsJson(messages: AsyncIterable<MessageRecord>) {
  for await (const record of messages) yield recordJson(record);
}

const csvColumns = ['sid', 'date', 'direction', 'from', 'to', 'status', 'code', 'segments', 'price', 'body'];

async function* csvRows(messages: AsyncIterable<MessageRecord>): AsyncGenerator<readonly string[]> {
  for await (const record of messages) {
    const { sid, date, direction, from, to, status, code, segments, price, body } = recordJson(record);
    const cells = [sid, date, direction, from, to, status, code, segments, price, body];
    yield cells.map((cell) => safeCell(String(cell ?? '')));
  }
}
