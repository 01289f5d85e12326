/** What tells whether a COMMIT that got no answer was done. */
export const lastTransactions = `
-- The last transaction of each connection that was committed.
create table last_transactions (
  session text collate "C" primary key,
  number bigint not null,
  at timestamptz not null default now()
) with (fillfactor = 50);
`;
