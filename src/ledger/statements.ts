import { pseudonymPrefix } from '../core/recipient/mask.ts';
import { deliveredInSql, failedInSql, finalInSql, inSql } from './rows.ts';
import { optedOut } from './rules/opt-outs.ts';
import { dealtWith, neverSent, replaced, withoutOutcome } from './rules/states.ts';

// SQL that every store runs as it is; `:name` is a value.

/** True of a message of which nothing is told any more and that is old enough: its outcome came before `:before`. */
export const isPurgeable = `state not in (${inSql(withoutOutcome)}) and recipient not like '${pseudonymPrefix}%'
  and coalesce(claimed_at, written_at, (select touched_at from campaigns c where c.id = campaign_id)) < :before
  and (state <> 'accepted' or status in (${finalInSql}) or claimed_at < :reportedSince)
  and exists (select 1 from campaigns c where c.id = campaign_id and c.ready)`;

/** What the reason of a row says whose key an earlier one of the same plan has; `line`: SQL for the line of that. */
export const duplicateOf = (line: string): string => `'duplicate of line ' || ${line}`;

/** States of a row that an earlier run has dealt with, between brackets. */
export const dealtWithInSql = `(${inSql(dealtWith)})`;

/** True of a row that gives way to those of a later input. */
export const isReplaced = `state in (${inSql(replaced)})`;

/** What a message that is still to be sent (t) takes over from the same row of a later input (s). */
export const takenOver = `line = s.line, recipient = s.recipient, sender = s.sender, request = s.request,
  segments = s.segments, country = s.country, unit_price = s.unit_price, quiet_hours = s.quiet_hours,
  due_at = s.due_at, text_kept = s.text_kept`;

/** The campaigns of an input (`:inputHash`) since `:since` of which something went out or still may, newest first. */
export const campaignsOfInput = `select c.id, c.name, c.source, c.created_at
  from inputs i join campaigns c on c.id = i.campaign_id
  where i.hash = :inputHash and i.at >= :since and c.ready and exists (select 1 from messages m
    where m.campaign_id = c.id and (m.state not in (${inSql(neverSent)}) or m.sid is not null))
  order by i.at desc`;

/**
 * True of a message that is not to be sent any more, or not now. What a report counts of these is in an index of their
 * own, which SQLite takes only where a statement says this in the same words.
 */
export const isSettled = `state <> 'pending'`;

const pendingCount = `from messages where campaign_id = :campaignId and state = 'pending'`;

/** How many messages of a campaign are in which state. */
export const stateCounts = `select state, count(*) as n from messages
  where campaign_id = :campaignId and ${isSettled} group by state union all select 'pending', count(*) ${pendingCount}`;

/** The rows of `TotalsRow` of a campaign; one of them is what is pending, of which Twilio has said nothing. */
export const campaignTotals = `select state, status, count(*) as n, sum(segments) as segments,
    sum(coalesce(price, segments * unit_price)) as amount, count(price) as charged, sum(price) as "chargedAmount"
  from messages where campaign_id = :campaignId and ${isSettled} group by state, status
  union all select 'pending', null, count(*), 0, null, 0, null ${pendingCount}`;

/** Why messages of a campaign failed. A reason can hold the number it is about: what has a code is counted by that alone. */
export const errorCounts = `select code, coalesce(max(reason), '') as reason, count(*) as count from messages
  where campaign_id = :campaignId and (reason is not null and state in ('rejected', 'unknown', 'pending')
    or code is not null and state = 'accepted')
  group by code, case when code is null then reason end order by count(*) desc, code nulls first`;

/** What was wrong with the first rows of a campaign that are. With the + SQLite sorts them, few or many, and reads no others. */
export const firstIssues = `select issues from messages
  where seq in (select seq from messages
    where campaign_id = :campaignId and ${isSettled} and state = 'invalid' order by +seq limit 1000) order by seq`;

/** Where the accepted messages of a campaign went. */
export const countryDeliveries = `select coalesce(country, 'unknown') as country, count(*) as messages,
    count(*) filter (where status in (${deliveredInSql})) as delivered
  from messages where campaign_id = :campaignId and ${isSettled} and state = 'accepted' group by 1 order by 2 desc, 1`;

/** How many messages of a campaign came to each status when, in steps of `:stepMs` milliseconds. */
export const timelinePoints = `select e.at / :stepMs * :stepMs as at, e.status, count(distinct e.sid) as messages
  from messages m join status_events e on e.sid = m.sid
  where m.campaign_id = :campaignId group by 1, 2 order by 1, 2`;

/** How long delivered messages of a campaign took from their claim; clocks differ, so none took less than nothing. */
export const deliveryTimes = `select case when min(e.at) > m.claimed_at then min(e.at) - m.claimed_at else 0 end as ms
  from messages m join status_events e on e.sid = m.sid
  where m.campaign_id = :campaignId and e.status in (${deliveredInSql}) group by m.sid, m.claimed_at`;

/** What a campaign has cost so far, or may have, as a value. */
export const spentSoFar = `(select coalesce(sum(coalesce(price, segments * unit_price)), 0) from messages
  where campaign_id = :campaignId and ${isSettled} and state in ('accepted', 'unknown'))`;

/** Why messages of a campaign were not delivered, and where. */
export const failureCounts = `select code, coalesce(country, 'unknown') as country, count(*) as messages from messages
  where campaign_id = :campaignId and ${isSettled} and state = 'accepted' and status in (${failedInSql})
  group by 1, 2 order by 3 desc, 1 nulls first, 2`;

/** The columns of a `StagedRow`. */
export const stagedCounts = `count(*) as rows, count(*) filter (where state = 'invalid') as invalid,
  count(*) filter (where state = 'skipped') as skipped, count(*) filter (where reason = '${optedOut}') as "optedOut"`;

const pendingOf = (sender: string) => `from messages
  where campaign_id = :campaignId and state = 'pending' and sender ${sender}`;

/** The senders with pending messages: from one to the next in their index, whose rows may be a million. */
export const pendingSenders = `with recursive s (sender) as (
    select min(sender) ${pendingOf('is not null')}
    union all select (select min(sender) ${pendingOf('> s.sender')}) from s where s.sender is not null)
  select sender from s where sender is not null
  order by (select seq ${pendingOf('= s.sender')} order by due_at, seq limit 1)`;

/** The columns of a `PlanTotals`; `:at`: now. What is to be sent is gone through once, for it may be a million rows. */
export const planTotals = `count(*) as count, sum(segments) as segments,
  sum(segments * unit_price) as amount, count(*) - count(unit_price) as unpriced,
  count(*) filter (where due_at > :at) as waiting, min(due_at) filter (where due_at > :at) as "firstAt"`;
