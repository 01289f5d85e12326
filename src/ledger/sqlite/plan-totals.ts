import type { Plan } from '../../core/plan.ts';
import type { Destination, UnitPrice } from '../plans.ts';
import { type PlanTotals, type StagedRow, toPlan } from '../rows.ts';
import { planTotals as columns, dealtWithInSql, stagedCounts } from '../statements.ts';
import type { Database } from './driver.ts';
import type { PlanTables } from './plan-tables.ts';

/** What a plan would send to where and by whom. */
interface DestinationTotals extends PlanTotals, Pick<Destination, 'country' | 'sender'> {
  readonly hasMedia: number;
}

/** Adds up what a plan would send, and prices it. `target`: the campaign of its name, empty for none; `at`: now. */
export function planTotals(database: Database, tables: PlanTables) {
  let currency: string | null = null;
  const totals = (target: string, at: number) => readTotals(database, tables, { target, at });
  return {
    /** Null: nothing has a price. */
    currency: () => currency,
    destinations: (target: string, at: number): readonly Destination[] =>
      sumBy(totals(target, at), ({ country, sender, hasMedia }) => `${country ?? ''} ${sender} ${hasMedia}`).map(
        ({ country, sender, hasMedia, count, segments }) => ({
          ...{ country, sender, hasMedia: hasMedia === 1, messages: count, segments },
        }),
      ),
    plan: (target: string, at: number): Plan =>
      toPlan({
        staged: database.prepare<StagedRow>(`select ${stagedCounts} from ${tables.rows}`).get(),
        already: target === '' ? 0 : countDealtWith(database, tables, target),
        senders: sumBy(totals(target, at), ({ sender }) => sender),
        currency,
      }),
    /** Writes down what a segment of each destination costs. */
    price: (prices: readonly UnitPrice[], inCurrency: string): void => {
      currency = inCurrency;
      const write = database.prepare(`update ${tables.destinations} set price = :unitPrice
        where country is :country and sender = :sender and has_media = :hasMedia`);
      database.deferred(() => write.runAll(prices.map((price) => ({ ...price, hasMedia: price.hasMedia ? 1 : 0 }))));
    },
  };
}

// The text is searched first, for few have media and reading JSON takes its time.
const hasMedia = `(request like '%"mediaUrl"%' and json_type(request, '$.mediaUrl') is not null)`;

/** Reads what `commit` would leave to send: of the plan what is new, and what the campaign has pending beside it. */
function readTotals(
  database: Database,
  { rows, keys, messages }: PlanTables,
  values: { readonly target: string; readonly at: number },
): readonly DestinationTotals[] {
  const own = database.prepare<DestinationTotals>(`select country, sender, has_media as hasMedia, ${columns}
    from ${messages} as p where state = 'pending' and not exists (
      select 1 from message_keys k join main.messages m on m.seq = k.seq
      where k.campaign_id = :target and k.key = p.key and m.state in ${dealtWithInSql})
    group by destination`);
  if (values.target === '') return own.all(values);
  const others = database.prepare<DestinationTotals>(`select country, sender, ${hasMedia} as hasMedia, ${columns}
    from main.messages as m where campaign_id = :target and state = 'pending' and not exists (
      select 1 from ${keys} k join ${rows} s on s.seq = k.seq where k.key = m.key and s.state = 'pending')
    group by country, sender, hasMedia`);
  return [...own.all(values), ...others.all(values)];
}

/** How many rows of a plan an earlier run of its campaign has dealt with. */
function countDealtWith(database: Database, { rows, keys }: PlanTables, target: string): number {
  const count = database.prepare<{ n: number }>(`select count(*) as n
    from (select seq, key from message_keys where campaign_id = :target) t
    cross join ${keys} k on k.key = t.key cross join main.messages m on m.seq = t.seq
    cross join ${rows} s on s.seq = k.seq where m.state in ${dealtWithInSql} and s.state = 'pending'`);
  return count.get({ target })?.n ?? 0;
}

/** Adds up rows whose words are the same; the most messages first, and what has as many by its words. */
function sumBy(rows: readonly DestinationTotals[], wordsOf: (row: DestinationTotals) => string): DestinationTotals[] {
  const sums = new Map<string, DestinationTotals>();
  for (const row of rows) {
    const words = wordsOf(row);
    const sum = sums.get(words);
    sums.set(words, sum ? { ...sum, ...added(sum, row) } : row);
  }
  const byWords = [...sums].sort(([a], [b]) => Number(a > b) - Number(a < b)).map(([, sum]) => sum);
  return byWords.sort((a, b) => b.count - a.count);
}

const added = (a: PlanTotals, b: PlanTotals): PlanTotals => ({
  count: a.count + b.count,
  segments: a.segments + b.segments,
  amount: a.amount === null ? b.amount : a.amount + (b.amount ?? 0),
  unpriced: a.unpriced + b.unpriced,
  waiting: a.waiting + b.waiting,
  firstAt: a.firstAt === null ? b.firstAt : Math.min(a.firstAt, b.firstAt ?? a.firstAt),
});
