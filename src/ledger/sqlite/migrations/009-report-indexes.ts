/** Reports of a million rows read none of them, and what each index is for. */
export const reportIndexes = `
-- First, so that what takes their place takes their room: what was found by them is found by messages_state.
drop index messages_accepted;
drop index messages_claimed;
drop index messages_unknown;
-- All that a report counts and adds up, and what is claimed, unknown, accepted or wrong. What is pending is counted by
-- messages_pending, so that a row enters this index when it is claimed.
create index messages_state on messages (campaign_id, state, status, segments, unit_price, price)
  where state <> 'pending';
-- Why messages failed.
create index messages_failed on messages (campaign_id, code, reason)
  where reason is not null and state in ('rejected', 'unknown', 'pending') or code is not null and state = 'accepted';
-- The others: messages_pending gives the next due message of a sender, messages_campaign the rows of a campaign in their
-- order, messages_open whether a recipient has a message whose outcome is not known, messages_retry the second tries;
-- and the columns that are unique find a message by its id and by its SID.
`;
