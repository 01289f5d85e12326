import type { Campaign } from '../plans.ts';
import { type CampaignRow, toCampaign } from '../rows.ts';
import { campaignsOfInput as text } from '../statements.ts';
import type { Connection } from './driver.ts';
import { named } from './sql.ts';

/** Finds the campaigns of an input of which something went out or still may, newest first. */
export async function campaignsOfInput(
  connection: Connection,
  inputHash: string,
  since: number,
): Promise<readonly Campaign[]> {
  const rows = await connection.all<CampaignRow>(named(`${text}, c.seq desc`, { inputHash, since }));
  return rows.map(toCampaign);
}
