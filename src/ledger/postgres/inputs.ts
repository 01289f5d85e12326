import type { Campaign } from '../plans.ts';
import { type CampaignRow, toCampaign } from '../rows.ts';
import type { Connection } from './driver.ts';
import { campaignColumns } from './rows.ts';
import { sql } from './sql.ts';

/** Finds the campaigns of an input of which something went out or still may, newest first. */
export async function campaignsOfInput(
  connection: Connection,
  inputHash: string,
  since: number,
): Promise<readonly Campaign[]> {
  const rows = await connection.all<CampaignRow>(sql`select ${campaignColumns}
    from inputs i join campaigns c on c.id = i.campaign_id
    where i.hash = ${inputHash} and i.at >= ${since} and c.ready and exists (select 1 from messages m
      where m.campaign_id = c.id and (m.state not in ('canceled', 'invalid', 'skipped') or m.sid is not null))
    order by i.at desc, c.seq desc`);
  return rows.map(toCampaign);
}
