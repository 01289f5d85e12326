/** What somebody tells a campaign while it runs. */
export const pauses = `
alter table campaigns add column paused_at integer;
-- Messages a second of each sender, in place of what runs ask for; null: as they ask.
alter table campaigns add column rate real;
`;
