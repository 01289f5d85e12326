import { pseudonymPrefix } from '../core/recipient/mask.ts';
import { finalInSql, inSql } from './rows.ts';
import { withoutOutcome } from './rules/states.ts';

// SQL that every store runs as it is; `:name` is a value.

/** True of a message of which nothing is told any more and that is old enough: its outcome came before `:before`. */
export const isPurgeable = `state not in (${inSql(withoutOutcome)}) and recipient not like '${pseudonymPrefix}%'
  and coalesce(claimed_at, written_at, (select touched_at from campaigns c where c.id = campaign_id)) < :before
  and (state <> 'accepted' or status in (${finalInSql}) or claimed_at < :reportedSince)
  and exists (select 1 from campaigns c where c.id = campaign_id and c.ready)`;

/** What the reason of a row says whose key an earlier one of the same plan has; `line`: SQL for the line of that. */
export const duplicateOf = (line: string): string => `'duplicate of line ' || ${line}`;
