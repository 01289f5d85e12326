import { failedStatuses, isFinalStatus, messageStatuses } from '../../core/outcome/status.ts';
import { messageColumns as columns } from '../rows.ts';
import { raw } from './sql.ts';

/** The statuses after which Twilio has nothing more to tell. */
export const finalStatuses = messageStatuses.filter(isFinalStatus);

/** The statuses of what was not delivered. */
export const undelivered = [...failedStatuses];

/** The columns of a `MessageRow`, for select and returning. */
export const messageColumns = raw(columns);

/** The columns of a `CampaignRow`. */
export const campaignColumns = raw('c.id, c.name, c.source, c.created_at');
