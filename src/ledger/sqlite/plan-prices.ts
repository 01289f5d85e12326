import type { Destination, UnitPrice } from '../plans.ts';
import { dealtWithInSql } from '../statements.ts';
import type { Database } from './driver.ts';

const sameIn = (campaign: string) => `select 1 from message_keys k join messages m on m.seq = k.seq
  where k.campaign_id = ${campaign} and k.key = messages.key`;

/** The messages of a plan that `commit` would leave to send: its own that are new, and what the campaign has pending. */
export const toSend = `messages.state = 'pending' and (
  messages.campaign_id = :id and not exists (${sameIn(':target')} and m.state in ${dealtWithInSql})
  or messages.campaign_id = :target and not exists (${sameIn(':id')} and m.state = 'pending'))`;

// The text is searched first, for few have media and reading JSON takes its time.
const hasMedia = `(request like '%"mediaUrl"%' and json_type(request, '$.mediaUrl') is not null)`;

/** What a plan would send, by where to and by whom. */
export function destinationsOf(database: Database, id: string, target: string): Destination[] {
  return database
    .prepare<Omit<Destination, 'hasMedia'> & { readonly media: number }>(
      `select country, sender, ${hasMedia} as media, count(*) as messages, sum(segments) as segments from messages
      where ${toSend} group by country, sender, media order by 4 desc`,
    )
    .all({ id, target })
    .map(({ media, ...destination }) => ({ ...destination, hasMedia: media === 1 }));
}

/** Writes down what a segment of each destination costs. */
export function priceIn(database: Database, id: string, prices: readonly UnitPrice[], currency: string): void {
  const priced = JSON.stringify(prices.map((price) => ({ ...price, hasMedia: price.hasMedia ? 1 : 0 })));
  database.transaction(() => {
    database.prepare('update campaigns set currency = :currency where id = :id').run({ id, currency });
    // A table with a key, for there may be as many prices as senders.
    database.exec(`create temp table if not exists unit_prices (sender text, country text, has_media integer,
      price real, primary key (sender, country, has_media)) strict, without rowid`);
    database.exec('delete from unit_prices');
    database
      .prepare(`insert into unit_prices select value ->> 'sender', coalesce(value ->> 'country', ''),
        value ->> 'hasMedia', value ->> 'unitPrice' from json_each(:priced)`)
      .run({ priced });
    database
      .prepare(`update messages set unit_price = p.price / case when p.has_media then max(1, segments) else 1 end
        from unit_prices p where campaign_id = :id and p.sender = messages.sender
          and p.country = coalesce(messages.country, '') and p.has_media = (${hasMedia})`)
      .run({ id });
  });
}
