import type { Campaign } from '../plans.ts';
import { type CampaignRow, toCampaign } from '../rows.ts';
import { campaignsOfInput as text } from '../statements.ts';
import type { Database } from './driver.ts';

/** Finds the campaigns of an input of which something went out or still may, newest first. */
export function campaignsOfInput(database: Database): (inputHash: string, since: number) => readonly Campaign[] {
  const find = database.prepare<CampaignRow>(text);
  return (inputHash, since) => find.all({ inputHash, since }).map(toCampaign);
}
