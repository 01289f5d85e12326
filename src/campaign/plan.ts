import { createHash } from 'node:crypto';
import type { Row, RowIssue } from '../core/message.ts';
import { makePlanner, type PlannedRow } from '../core/plan.ts';
import type { Mapping } from '../core/request/mapping.ts';
import type { SegmentLint } from '../core/text/segment-lint.ts';
import { CliError } from '../errors.ts';
import type { Staging } from '../ledger/plans.ts';
import { mediaRecheck, type Recheck } from './media.ts';
import type { Ports } from './ports.ts';
import { mappingOf, type RowRules, type RowSource, withFirstNames } from './row-rules.ts';

/** What a plan is made for, and of how much. */
export interface PlanOptions {
  /** Names a campaign that may exist already: then only what is new or unsent is added. Absent: a new one. */
  readonly name?: string | undefined;
  /** The file, `stdin`, command or program it comes from. */
  readonly source: string;
  /** What the name of a campaign that was given none begins with; absent: the source. */
  readonly stem?: string;
  /** False: texts are kept only until their message is settled. */
  readonly storesText?: boolean;
  /** Take only the first rows that can be sent, so many. */
  readonly sample?: number | undefined;
  /** Everything goes to this number (E.164) instead. */
  readonly testTo?: string | undefined;
  /** Ask each media address for its type and size. */
  readonly checkMedia?: boolean;
}

/** A plan that is written down and waits for a decision. */
export interface PendingPlan {
  /** Counts for nothing until its `commit`; `discard` throws it away. */
  readonly staging: Staging;
  /** The same for the same messages to the same people. */
  readonly hash: string;
  /** Each warning once, with how many rows it concerns. */
  readonly warnings: readonly Counted<RowIssue>[];
  /** Each character that makes texts longer once, with the first row it does so in. */
  readonly lints: readonly Counted<SegmentLint & { readonly line: number }>[];
  /** What was found out about the source and might be wrong, in sentences. */
  readonly findings: readonly string[];
}

interface Counted<T> {
  readonly issue: T;
  readonly count: number;
}

/** How many rows go into the ledger at once. */
const chunkRows = 2000;

/**
 * Reads rows through the validator into the ledger, a few in memory at a time; sends nothing.
 * Throws a `CliError` for what stops all of it, and then leaves nothing behind.
 */
export async function planCampaign(
  given: RowSource,
  rules: RowRules,
  options: PlanOptions,
  { ledger, signal }: Pick<Ports, 'ledger' | 'signal'>,
): Promise<PendingPlan> {
  const { testTo, sample, name, source: from, stem = from, storesText = true } = options;
  const source = await withFirstNames(given);
  const mapping = await mappingOf(source, rules);
  const planRow = makePlanner(mapping, rules.plan);
  const staging = await ledger.stage({ name, stem, source: from, storesText });
  try {
    const pending = await stageRows(staging, {
      source,
      planRow: (row) => redirect(planRow(row), testTo),
      recheck: await mediaRecheck(options),
      take: sample ?? (testTo === undefined ? Number.POSITIVE_INFINITY : 1),
      signal,
    });
    return { ...pending, findings: [...guessedFindings(mapping, source), ...pending.findings] };
  } catch (error) {
    await staging.discard();
    throw error;
  }
}

function guessedFindings({ guessed }: Mapping, { columns }: RowSource): string[] {
  const kind = columns ? 'column' : 'field';
  const other = kind.toUpperCase();
  return guessed === undefined ? [] : [`The recipient is the ${kind} "${guessed}"; --map to=${other} says otherwise.`];
}

interface RowWork {
  readonly source: RowSource;
  readonly planRow: (row: Row | RowIssue) => PlannedRow;
  readonly recheck: Recheck;
  readonly take: number;
  readonly signal: AbortSignal;
}

async function stageRows(staging: Staging, { source, planRow, recheck, take, signal }: RowWork): Promise<PendingPlan> {
  const hash = createHash('sha256');
  const warnings = tally((issue: RowIssue) => issue.column + issue.problem);
  const lints = tally((lint: SegmentLint & { line: number }) => `${lint.column} ${lint.character}`);
  let chunk: PlannedRow[] = [];
  let written = '';
  let taken = 0;
  let isEmpty = true;
  for await (const row of source.rows) {
    isEmpty = false;
    const planned = planRow(row);
    chunk.push(planned);
    if (planned.request) written += JSON.stringify([planned.key, planned.request, planned.quietHours]);
    for (const warning of planned.warnings) warnings.add(warning);
    if (planned.lint) lints.add({ ...planned.lint, line: planned.line });
    if (chunk.length >= chunkRows) {
      if (signal.aborted) throw new CliError('interrupted', 'Interrupted while reading. Nothing was sent.');
      hash.update(written);
      written = '';
      await staging.add(await recheck(chunk));
      chunk = [];
    }
    if (planned.request && ++taken >= take) break;
  }
  if (isEmpty) throw new CliError('input', `${source.name} has no rows.`, { hint: 'Nothing was sent.' });
  hash.update(written);
  await staging.add(await recheck(chunk));
  const findings = source.findings?.() ?? [];
  return { staging, hash: hash.digest('hex'), warnings: warnings.all(), lints: lints.all(), findings };
}

/** Counts what is alike by a key, and keeps the first of each. */
function tally<T>(keyOf: (issue: T) => string): { add: (issue: T) => void; all: () => Counted<T>[] } {
  const found = new Map<string, { issue: T; count: number }>();
  return {
    add: (issue) => {
      const key = keyOf(issue);
      const known = found.get(key);
      if (known) known.count++;
      else found.set(key, { issue, count: 1 });
    },
    all: () => [...found.values()],
  };
}

/** Each row goes to the test number, and none counts as a duplicate of another. */
function redirect(row: PlannedRow, to: string | undefined): PlannedRow {
  if (to === undefined || !row.request) return row;
  return { ...row, key: `test line ${row.line}`, to, request: { ...row.request, to } };
}
