/** What a message costs and when it may go out; who must not be texted. */
export const consentAndCost = `
alter table messages add column country text;
-- What one segment costs, in the campaign's currency; null where no price is known.
alter table messages add column unit_price real;
alter table messages add column quiet_hours text;
alter table campaigns add column currency text;

-- Twilio's price list, as it was when it was asked for.
create table country_prices (
  country text primary key,
  prices text not null,
  at integer not null
) strict;

create table opt_outs (
  address text not null,
  -- The number or messaging service that may not text them; empty: none may.
  sender text not null,
  source text not null,
  at integer not null,
  primary key (address, sender)
) strict, without rowid;
`;
