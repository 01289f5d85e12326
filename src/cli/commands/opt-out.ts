import type { Command } from 'commander';
import { importOptOuts } from '../../campaign/import-opt-outs.ts';
import type { Context } from '../../context.ts';
import type { PlanContext } from '../../core/plan.ts';
import type { OptOut } from '../../core/recipient/consent.ts';
import { parseSender } from '../../core/request/parameters.ts';
import { formatCount, plural } from '../../core/text/wording.ts';
import { CliError, someFailed } from '../../errors.ts';
import { openSource } from '../../input/open-source.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { safeCell } from '../../ui/export.ts';
import { issueLine, type Style, shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { country } from '../options/input.ts';
import { option, requiredChoice, type ValuesOf } from '../options/option.ts';
import { text } from '../options/parsers.ts';
import { understood } from '../options/understood.ts';
import { planContextOf, type Session, withSession } from '../session.ts';
import { printFiles, writeCsv } from '../write-file.ts';

const examples = `Who is on the list is skipped, whatever file they come in; volley adds by itself who Twilio says has opted out.

Examples:
  volley opt-out add +14155550100 --source phone-call
  volley opt-out add +14155550100 --sender +14155550199     only from this sender
  volley opt-out import unsubscribed.csv --country US       a column to or phone; sender, source and date if there
  volley opt-out export opted-out.csv                       - is standard output`;

const what = ['add', 'remove', 'list', 'import', 'export'] as const;

const table = {
  what: requiredChoice('<what>', 'add, remove, list, import or export', what),
  value: option('[value]', 'the number to add or remove, the file to import or export', text),
  sender: option('--sender <sender>', 'this number or messaging service only (default: all)', text),
  source: option('--source <text>', 'where it comes from (default manual, or the file)', text),
  country,
};

/** What is asked for where a value is missing. */
const missing = {
  add: ['Which number?', 'volley opt-out add +14155550100'],
  remove: ['Which number?', 'volley opt-out remove +14155550100'],
  import: ['Import which file?', 'volley opt-out import FILE'],
  export: ['Export to which file?', '- is standard output.'],
} as const;

type Verb = (work: Work) => Promise<number>;

interface Work {
  /** A number in E.164, or a file; empty for the list. */
  readonly value: string;
  /** What `--sender` names, in the form Twilio takes. */
  readonly sender: string | undefined;
  readonly options: ValuesOf<typeof table>;
  readonly planContext: PlanContext;
  readonly ledger: Ledger;
  readonly session: Session;
  readonly context: Context;
}

/** Declares `volley opt-out`. */
export function declareOptOut(command: Command, act: Act): void {
  addIntroduction(command, examples);
  act(table, (options, context) => {
    const { what, value = '' } = options;
    if (value === '' && what !== 'list') {
      const [message, hint] = missing[what];
      throw new CliError('usage', message, { hint });
    }
    return withSession(options.session, context, async (session) => {
      const planContext = await planContextOf(session, context.now());
      const { workStyle: style } = session;
      const isNumber = what === 'add' || what === 'remove';
      const meant = isNumber ? understood(planContext.normalizePhone(value), { text: value, style }) : value;
      const { sender: typed } = options;
      const sender = typed && understood(parseSender(typed, planContext), { flag: '--sender', text: typed, style });
      return verbs[what]({
        ...{ value: meant, sender, options, planContext },
        ...{ ledger: await session.ledger(), session, context },
      });
    });
  });
}

const verbs: Readonly<Record<(typeof what)[number], Verb>> = {
  add: async (work) => {
    const { value: address, sender, options, ledger, context } = work;
    const { source = 'manual' } = options;
    const added = await ledger.addOptOuts([{ address, source, at: context.now(), ...(sender && { sender }) }]);
    const said = added > 0 ? 'is on the list now' : 'was on the list already';
    return tell(work, { address, isListed: true, hasChanged: added > 0 }, said);
  },
  remove: async (work) => {
    const { value: address, sender, ledger } = work;
    const removed = await ledger.removeOptOut(address, sender);
    const said = removed > 0 ? 'is off the list' : 'was not on the list';
    return tell(work, { address, isListed: false, hasChanged: removed > 0 }, said);
  },
  list: async ({ ledger, session, context }) => {
    if (session.isJson) {
      const listed = { as: 'optOuts', items: optOutsJson(ledger.optOuts()) };
      await printDocument({ schema: 'volley.opt-outs/1' }, { session, context }, listed);
      return 0;
    }
    let count = 0;
    for await (const optOut of ledger.optOuts()) {
      count++;
      context.out(optOutLine(optOut, session.resultStyle));
    }
    if (count === 0) context.err('Nobody has opted out.');
    return 0;
  },
  import: importFile,
  export: async ({ value, ledger, session, context }) => {
    const rows = async function* () {
      for await (const { address, sender = '', source, at } of ledger.optOuts()) {
        yield [address, sender, safeCell(source), new Date(at).toISOString()];
      }
    };
    await writeCsv(value, ['to', 'sender', 'source', 'date'], rows(), context);
    if (session.isJson && value !== '-') await printFiles([value], { session, context });
    return 0;
  },
};

/** What has become of one number. */
interface Told {
  readonly address: string;
  readonly isListed: boolean;
  readonly hasChanged: boolean;
}

async function tell(
  { session, context }: Work,
  { address, isListed, hasChanged }: Told,
  said: string,
): Promise<number> {
  const document = { schema: 'volley.opt-out/1', address, listed: isListed, changed: hasChanged } as const;
  if (session.isJson) await printDocument(document, { session, context, hasChanged: true });
  else if (!session.isQuiet) context.out(`${shown(address, session.resultStyle)} ${said}.`);
  return 0;
}

function optOutLine({ address, sender, source, at }: OptOut, style: Style): string {
  const only = sender ? `  from ${shown(sender, style)} only` : '';
  return `${shown(address, style)}  ${new Date(at).toISOString().slice(0, 10)}  ${shown(source, style)}${only}`;
}

async function* optOutsJson(optOuts: AsyncIterable<OptOut>) {
  for await (const { address, sender = null, source, at } of optOuts) {
    yield { address, sender, source, at: new Date(at).toISOString() };
  }
}

async function importFile({ value, sender, options, planContext, ledger, session, context }: Work): Promise<number> {
  const source = await openSource({ file: value, stdin: context.stdin, signal: context.signal });
  const defaults = { source: options.source ?? source.name, at: context.now(), ...(sender && { sender }) };
  const { rows, added, wrong } = await importOptOuts(source, defaults, {
    ledger,
    planContext,
    onWrong: (issue) => context.err(issueLine(issue, session.workStyle)),
  });
  const known = rows - wrong - added;
  if (session.isJson) {
    const document = { schema: 'volley.opt-out-import/1', counts: { rows, added, known, wrong } } as const;
    await printDocument(document, { session, context, hasChanged: true });
  } else if (!session.isQuiet)
    context.out(
      `${plural(added, 'number')} added, ${formatCount(known)} on the list already, ${formatCount(wrong)} wrong.`,
    );
  return wrong > 0 ? someFailed : 0;
}
