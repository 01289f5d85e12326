import type { Holder } from './runs.ts';

/** A row as both kinds of ledger give it: numbers, texts (JSON as text), 0 and 1 for no and yes. */
export type TableRow = Readonly<Record<string, string | number | null>>;

/** What a column holds, which SQLite does not ask. */
export type ColumnKind = 'text' | 'whole' | 'real' | 'flag' | 'json';

/** One table of a ledger, as far as it is worth moving. */
export interface TableShape {
  readonly name: TableName;
  readonly columns: Readonly<Record<string, ColumnKind>>;
  /** The columns that put it in order; no two rows are alike in them. */
  readonly order: readonly string[];
}

/** The tables of a ledger that are moved. Leases are not: they belong to runs of the ledger they are in. */
export type TableName =
  | 'campaigns'
  | 'inputs'
  | 'messages'
  | 'sender_paces'
  | 'country_prices'
  | 'opt_outs'
  | 'status_events'
  | 'outgoing_events'
  | 'replies';

/** A ledger's tables, as they are and stay for now. */
export interface TableReader {
  /** The next rows of a table in its order, at most a thousand. */
  page(table: TableShape, after: TableRow | undefined): Promise<readonly TableRow[]>;
  /** What pseudonyms are made with, in hexadecimal; undefined where nothing was purged. */
  pseudonymKey(): Promise<string | undefined>;
  /** Who runs a campaign of it right now, if anybody does. */
  heldBy(): Promise<Holder | undefined>;
}

/** A ledger's tables while they are filled. */
export interface TableWriter extends TableReader {
  insert(table: TableShape, rows: readonly TableRow[]): Promise<void>;
  keepPseudonymKey(key: string): Promise<void>;
}

/** A ledger by its tables, for moving it as it is. */
export interface LedgerTables {
  /** The file, or the address without its password. */
  readonly shown: string;
  /** Nobody else writes meanwhile. */
  read<T>(work: (reader: TableReader) => Promise<T>): Promise<T>;
  /** Written when `work` resolves, all of it; when it throws, nothing. `work` may be begun again. */
  write<T>(work: (writer: TableWriter) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Every table that is moved, each after those that it refers to. Campaigns that are not published are left behind. */
export const tableShapes: readonly TableShape[] = [
  {
    name: 'campaigns',
    order: ['seq'],
    columns: {
      ...{ seq: 'whole', id: 'text', name: 'text', source: 'text', created_at: 'whole', ready: 'flag' },
      ...{ touched_at: 'whole', currency: 'text', stores_text: 'flag', purged_at: 'whole', recalled_at: 'whole' },
      ...{ max_cost: 'real', spent: 'real', paused_at: 'whole', rate: 'real' },
    },
  },
  { name: 'inputs', order: ['hash', 'campaign_id'], columns: { hash: 'text', campaign_id: 'text', at: 'whole' } },
  {
    name: 'messages',
    order: ['campaign_id', 'seq'],
    columns: {
      ...{ seq: 'whole', id: 'text', campaign_id: 'text', line: 'whole', key: 'text', recipient: 'text' },
      ...{ sender: 'text', request: 'json', state: 'text', attempts: 'whole', due_at: 'whole', owner: 'text' },
      ...{ claimed_at: 'whole', clock_ahead_ms: 'real', segments: 'whole', sid: 'text', status: 'text', code: 'whole' },
      ...{ reason: 'text', issues: 'json', country: 'text', unit_price: 'real', price: 'real', quiet_hours: 'text' },
      ...{ text_kept: 'text', retry_of: 'text', written_at: 'whole' },
    },
  },
  {
    name: 'sender_paces',
    order: ['sender'],
    columns: { sender: 'text', next_at: 'real', paused_until: 'real', per_second: 'real', rated_until: 'real' },
  },
  { name: 'country_prices', order: ['country'], columns: { country: 'text', prices: 'json', at: 'whole' } },
  {
    name: 'opt_outs',
    order: ['address', 'sender'],
    columns: { address: 'text', sender: 'text', source: 'text', at: 'whole' },
  },
  {
    name: 'status_events',
    order: ['sid', 'status', 'code'],
    columns: {
      ...{ sid: 'text', status: 'text', code: 'whole', source: 'text', at: 'whole', message_id: 'text' },
      ...{ is_queued: 'flag' },
    },
  },
  {
    name: 'outgoing_events',
    order: ['id'],
    columns: { id: 'text', event: 'json', at: 'whole', due_at: 'whole', attempts: 'whole' },
  },
  {
    name: 'replies',
    order: ['seq'],
    columns: {
      ...{ seq: 'whole', sid: 'text', author: 'text', addressee: 'text', number: 'text', body: 'text' },
      ...{ keyword: 'text', at: 'whole', is_matched: 'flag', campaign_id: 'text', message_id: 'text' },
    },
  },
];
