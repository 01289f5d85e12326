import { messageColumns as columns } from '../rows.ts';
import { raw } from './sql.ts';

/** The columns of a `MessageRow`, for select and returning. */
export const messageColumns = raw(columns);

/** The columns of a `CampaignRow`. */
export const campaignColumns = raw('c.id, c.name, c.source, c.created_at');
