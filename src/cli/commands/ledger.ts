import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { copyLedger } from '../../campaign/copy-ledger.ts';
import type { Context } from '../../context.ts';
import { isLedgerUrl } from '../../core/ledger-address.ts';
import { clean } from '../../core/text/clean.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError } from '../../errors.ts';
import type { LedgerTables } from '../../ledger/tables.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { required, requiredChoice, type ValuesOf } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { type Session, withSession } from '../session.ts';

const help = `Writes all of a ledger into a new one, from a file to a PostgreSQL server or back: campaigns, messages, opt-outs,
receipts, replies. All or nothing; what was written is read again and compared before it counts. Nobody may be sending meanwhile.
Both hold the same messages afterwards: go on with one of them only, or what is pending goes out twice.
A server is named as postgres://user:password@host/database; without a password there, $PGPASSWORD counts.

Examples:
  volley ledger copy .local/share/volley/ledger.db copy.db
  volley ledger copy .local/share/volley/ledger.db copy.db --json`;

const table = {
  what: requiredChoice('<what>', 'copy', ['copy']),
  from: required('<from>', 'the ledger to read: a file, or postgres://…', text),
  to: required('<to>', 'the ledger to write, which is empty or not there yet', text),
};

/** Declares `volley ledger copy`. */
export function declareLedger(command: Command, act: Act): void {
  addIntroduction(command, help);
  act(table, (options, context) => withSession(options.session, context, (session) => copy(options, session, context)));
}

async function copy(given: ValuesOf<typeof table>, session: Session, context: Context): Promise<number> {
  const [from, to] = [placeOf(given.from, context), placeOf(given.to, context)];
  if (!isLedgerUrl(from) && !existsSync(from)) {
    throw new CliError('input', `There is no ledger ${clean(from)}.`, { hint: 'Check the path.' });
  }
  if (from === to) throw new CliError('usage', 'A ledger cannot be copied into itself.', { hint: 'Name another TO.' });
  const opened: LedgerTables[] = [];
  const open = async (ledger: string): Promise<LedgerTables> => {
    const tables = await context.openLedgerTables(ledger);
    opened.push(tables);
    return tables;
  };
  try {
    const [source, target] = [await open(from), await open(to)];
    const copied = await copyLedger(source, target);
    const { campaigns, messages, opt_outs: optOuts, replies } = copied;
    const result = { from: source.shown, to: target.shown, campaigns, messages, optOuts, replies };
    const work = { session, context, hasChanged: true };
    if (session.isJson) await printDocument({ schema: 'volley.ledger-copy/1', ...result }, work);
    else if (!session.isQuiet) for (const line of linesOf(result)) context.out(line);
    return 0;
  } finally {
    for (const tables of opened) await tables.close();
  }
}

/** One file has one name, whatever links lead to it. */
function placeOf(ledger: string, { cwd }: Context): string {
  if (isLedgerUrl(ledger)) return ledger;
  const path = resolve(cwd, ledger);
  return existsSync(path) ? realpathSync(path) : path;
}

interface Result {
  readonly from: string;
  readonly to: string;
  readonly campaigns: number;
  readonly messages: number;
  readonly optOuts: number;
  readonly replies: number;
}

function linesOf({ from, to, campaigns, messages, optOuts, replies }: Result): readonly string[] {
  const counts = [
    plural(campaigns, 'campaign'),
    plural(messages, 'message'),
    plural(optOuts, 'opt-out'),
    replies === 1 ? '1 reply' : `${formatCount(replies)} replies`,
  ].join(', ');
  return [
    `${counts} copied from ${clean(from)} to ${clean(to)}, and compared.`,
    `Go on with: --ledger ${clean(to)}. Send no more from the other: it has the same messages.`,
  ];
}
