import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';
import type { Row, RowIssue } from '../core/message.ts';
import type { NormalizePhone } from '../core/recipient/phone.ts';
import { foldName } from '../core/request/parameters.ts';
import { CliError } from '../errors.ts';
import { openSource } from '../input/open-source.ts';
import type { Ledger, OptOut } from '../ledger/ledger.ts';
import { safeCell } from '../ui/export.ts';
import { issueLine, plural, shown } from '../ui/lines.ts';
import { type Act, type Flags, textFlag } from './options.ts';
import { addIntroduction } from './page.ts';
import { planContextOf, type Session, withSession } from './session.ts';
import { writeCsv } from './write-file.ts';

const examples = `Who is on the list is skipped, whatever file they come in; volley adds by itself who Twilio says has opted out.

Examples:
  volley opt-out add +14155550100 --source phone-call
  volley opt-out add +14155550100 --sender +14155550199     only from this sender
  volley opt-out import unsubscribed.csv --country US       a column to or phone; sender, source and date if there
  volley opt-out export opted-out.csv                       - is standard output`;

type Verb = (work: Work) => Promise<number>;

interface Work {
  readonly value: string | undefined;
  readonly flags: Flags;
  readonly ledger: Ledger;
  readonly session: Session;
  readonly context: Context;
}

/** Declares `volley opt-out`. */
export function declareOptOut(command: Command, act: Act): void {
  addIntroduction(command, examples);
  command
    .addArgument(new Argument('<what>', 'add, remove, list, import or export').choices(Object.keys(verbs)))
    .argument('[value]', 'the number to add or remove, the file to import or export')
    .option('--sender <sender>', 'this number or messaging service only (default: all)')
    .option('--source <text>', 'where it comes from (default manual, or the file)')
    .option('--country <code>', 'country of numbers without +, as US');
  act((flags, context) =>
    withSession(flags, context, async (session) => {
      const verb = verbs[String(flags['what'])];
      if (!verb) throw new Error(`no such verb: ${String(flags['what'])}`);
      const ledger = await session.ledger();
      return verb({ value: textFlag(flags, 'value'), flags, ledger, session, context });
    }),
  );
}

const verbs: Readonly<Record<string, Verb>> = {
  add: async (work) => {
    const address = await addressOf(work);
    const { flags, ledger, context } = work;
    const sender = textFlag(flags, 'sender');
    const source = textFlag(flags, 'source') ?? 'manual';
    const added = await ledger.addOptOuts([{ address, source, at: context.now(), ...(sender && { sender }) }]);
    tell(work, added > 0 ? 'is on the list now' : 'was on the list already', address);
    return 0;
  },
  remove: async (work) => {
    const address = await addressOf(work);
    const removed = await work.ledger.removeOptOut(address, textFlag(work.flags, 'sender'));
    tell(work, removed > 0 ? 'is off the list' : 'was not on the list', address);
    return 0;
  },
  list: async ({ ledger, session, context: { out, err } }) => {
    let count = 0;
    for await (const optOut of ledger.optOuts()) {
      count++;
      const { address, sender = null, source, at } = optOut;
      const date = new Date(at).toISOString();
      if (session.isJson) out(JSON.stringify({ address, sender, source, at: date }));
      else {
        const who = shown(address, session.resultLook);
        out(
          `${who}  ${date.slice(0, 10)}  ${shown(source, session.resultLook)}${sender ? `  from ${shown(sender, session.resultLook)} only` : ''}`,
        );
      }
    }
    if (count === 0 && !session.isJson) err('Nobody has opted out.');
    return 0;
  },
  import: importFile,
  export: async ({ value, ledger, context }) => {
    if (value === undefined) throw new CliError('usage', 'Export to which file?', { hint: '- is standard output.' });
    const rows = async function* () {
      for await (const { address, sender = '', source, at } of ledger.optOuts()) {
        yield [address, sender, safeCell(source), new Date(at).toISOString()];
      }
    };
    await writeCsv(value, ['to', 'sender', 'source', 'date'], rows(), context);
    return 0;
  },
};

function tell({ session, context }: Work, what: string, address: string): void {
  if (!session.isQuiet) context.out(`${shown(address, session.resultLook)} ${what}.`);
}

async function addressOf({ value, flags, session, context }: Work): Promise<string> {
  if (value === undefined) throw new CliError('usage', 'Which number?', { hint: 'volley opt-out add +14155550100' });
  const { normalizePhone } = await planContextOf(flags, session, context.now());
  const parsed = normalizePhone(value);
  if ('value' in parsed) return parsed.value;
  throw new CliError('usage', `"${shown(value, session.workLook)}" ${parsed.problem}.`, {
    ...(parsed.hint && { hint: parsed.hint }),
  });
}

async function importFile({ value, flags, ledger, session, context }: Work): Promise<number> {
  if (value === undefined) throw new CliError('usage', 'Import which file?');
  const source = await openSource({ file: value, stdin: context.stdin });
  const { normalizePhone } = await planContextOf(flags, session, context.now());
  const sender = textFlag(flags, 'sender');
  const fallback: Omit<OptOut, 'address'> = {
    source: textFlag(flags, 'source') ?? source.name,
    at: context.now(),
    ...(sender && { sender }),
  };
  let chunk: OptOut[] = [];
  const count = { added: 0, rows: 0, wrong: 0 };
  const flush = async () => {
    count.added += await ledger.addOptOuts(chunk);
    chunk = [];
  };
  for await (const row of source.rows) {
    count.rows++;
    const read = 'problem' in row ? row : readOptOut(row, normalizePhone, fallback);
    if ('problem' in read) {
      count.wrong++;
      context.err(issueLine('problem' in row ? row : { line: row.line, ...read }, session.workLook));
    } else chunk.push(read.value);
    if (chunk.length >= 500) await flush();
  }
  await flush();
  const known = count.rows - count.wrong - count.added;
  if (!session.isQuiet)
    context.out(`${plural(count.added, 'number')} added, ${known} on the list already, ${count.wrong} wrong.`);
  return count.wrong > 0 ? 3 : 0;
}

/** What the column with the number may be called. */
const addressColumns = ['to', 'phone', 'number', 'address', 'mobile', 'phonenumber'];

function readOptOut(
  row: Row,
  normalizePhone: NormalizePhone,
  fallback: Omit<OptOut, 'address'>,
): { readonly value: OptOut } | Omit<RowIssue, 'line'> {
  const cells = new Map(Object.entries(row.cells).map(([name, cell]) => [foldName(name), String(cell).trim()]));
  const text = addressColumns.map((name) => cells.get(name)).find((cell) => cell);
  if (!text) return { column: 'to', value: '', problem: 'has no number in a column called to or phone' };
  const address = normalizePhone(text);
  if ('problem' in address) return { column: 'to', value: text, ...address };
  const date = Date.parse(cells.get('date') ?? '');
  const sender = cells.get('sender') || fallback.sender;
  return {
    value: {
      address: address.value,
      source: cells.get('source') || fallback.source,
      at: Number.isNaN(date) ? fallback.at : date,
      ...(sender && { sender }),
    },
  };
}
