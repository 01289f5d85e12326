import type { Campaign } from '../plans.ts';
import { type CampaignRow, toCampaign } from '../rows.ts';
import type { Database } from './driver.ts';

/** Finds the campaigns of an input of which something went out or still may, newest first. */
export function campaignsOfInput(database: Database): (inputHash: string, since: number) => readonly Campaign[] {
  const find = database.prepare<CampaignRow>(`select c.id, c.name, c.source, c.created_at
    from inputs i join campaigns c on c.id = i.campaign_id
    where i.hash = :inputHash and i.at >= :since and c.ready = 1 and exists (select 1 from messages m
      where m.campaign_id = c.id and (m.state not in ('canceled', 'invalid', 'skipped') or m.sid is not null))
    order by i.at desc`);
  return (inputHash, since) => find.all({ inputHash, since }).map(toCampaign);
}
