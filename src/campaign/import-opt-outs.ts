import type { Row, RowIssue } from '../core/message.ts';
import type { PlanContext } from '../core/plan.ts';
import type { OptOut } from '../core/recipient/consent.ts';
import { guessColumn, recipientColumns } from '../core/request/column-guess.ts';
import { foldName, parseSender } from '../core/request/parameters.ts';
import { bareSender } from '../core/sender.ts';
import type { Source } from '../input/open-source.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** What an opt-out has whose row does not say: whose texts, where it is from, when. */
export type OptOutDefaults = Omit<OptOut, 'address'>;

/** What importing works with. */
export interface ImportPorts {
  readonly ledger: Pick<Ledger, 'addOptOuts'>;
  readonly planContext: PlanContext;
  readonly onWrong: (issue: RowIssue) => void;
}

/** How many rows there were, are new on the list, and could not be read. */
export interface ImportedOptOuts {
  readonly rows: number;
  readonly added: number;
  readonly wrong: number;
}

/** How many rows are written in one transaction: each of them waits for the disk. */
const rowsAtOnce = 5000;

/** Puts the rows of a list on the suppression list; those that are wrong are told, and left out. */
export async function importOptOuts(
  { columns, rows }: Pick<Source, 'columns' | 'rows'>,
  defaults: OptOutDefaults,
  { ledger, planContext, onWrong }: ImportPorts,
): Promise<ImportedOptOuts> {
  let chunk: OptOut[] = [];
  const count = { rows: 0, added: 0, wrong: 0 };
  const flush = async () => {
    count.added += await ledger.addOptOuts(chunk);
    chunk = [];
  };
  const named = columns && numberColumns(columns);
  for await (const row of rows) {
    count.rows++;
    const read =
      'problem' in row
        ? row
        : readOptOut(row, { columns: named ?? numberColumns(Object.keys(row.cells)), defaults, planContext });
    if ('problem' in read) {
      count.wrong++;
      onWrong(read);
    } else chunk.push(read);
    if (chunk.length >= rowsAtOnce) await flush();
  }
  await flush();
  return count;
}

/** Columns that say something else of an opt-out. */
const otherColumns = ['sender', 'source', 'date'];

/**
 * The columns that hold numbers, the surest first. A batch knows better than to take an address for a number, but here it
 * can be nothing else.
 */
function numberColumns(columns: readonly string[]): readonly string[] {
  const candidates = columns.filter((column) => !otherColumns.includes(foldName(column)));
  const sure = recipientColumns(candidates);
  if (sure.length > 0) return sure;
  const guess = guessColumn(candidates, 'to') ?? candidates.find((column) => foldName(column) === 'address');
  return guess === undefined ? [] : [guess];
}

/** What a row is read by. */
interface Reading {
  /** The columns that hold numbers, the surest first. */
  readonly columns: readonly string[];
  readonly defaults: OptOutDefaults;
  readonly planContext: PlanContext;
}

function readOptOut({ line, cells }: Row, { columns, defaults, planContext }: Reading): OptOut | RowIssue {
  const trimmed = new Map(Object.entries(cells).map(([name, cell]) => [name, String(cell).trim()]));
  const byName = new Map([...trimmed].map(([name, text]) => [foldName(name), text]));
  const column = columns.find((name) => trimmed.get(name));
  if (column === undefined) {
    const [first] = columns;
    const problem = first === undefined ? 'has no number in a column called to or phone' : 'has no number';
    return { line, column: first ?? 'to', value: '', problem };
  }
  const text = trimmed.get(column) ?? '';
  const address = planContext.normalizePhone(text);
  if ('problem' in address) return { line, column, value: text, ...address };
  const typed = byName.get('sender') ?? '';
  const sender = typed === '' ? undefined : parseSender(bareSender(typed), planContext);
  if (sender && 'problem' in sender) return { line, column: 'sender', value: typed, ...sender };
  const date = Date.parse(byName.get('date') ?? '');
  return {
    ...defaults,
    address: address.value,
    source: byName.get('source') || defaults.source,
    at: Number.isNaN(date) ? defaults.at : date,
    ...(sender && { sender: sender.value }),
  };
}
