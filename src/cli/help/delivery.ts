/** How Twilio's last word on a message comes back. */
export const delivery = `WHAT BECAME OF EACH MESSAGE

  volley batch customers.csv --template reminder.liquid --wait
  volley track spring --for 30m
  volley report spring
  volley report spring --html report.html

Accepted is not delivered. Three ways lead to Twilio's last word, and all merge into the same ledger: a report that
comes late, twice or out of order never moves a message back.
- batch --wait (--for 15m), or track NAME later, asks by pages of the account's list, a thousand messages a request,
with pauses that grow. Exits 8 when some are still on their way, 3 when some were not delivered.
- listen --public-url https://example.com/twilio --port 8080, behind a proxy with TLS, takes POSTs at that path only,
checks Twilio's signature (the auth token; TWILIO_SECONDARY_AUTH_TOKEN while it is being changed), commits before it
answers, and keeps what comes before the create's own answer. GET /healthz is for a supervisor.
- callback_url in the config (or VOLLEY_CALLBACK_URL) makes messages ask for callbacks there. Each address carries our
own id, so a message of which no answer came is settled by its first callback.

STOP and its like go to the opt-out list, for the number or service they were sent to: volley help consent. All that
people write is kept as well: volley replies shows who answered what to which campaign, --follow as it comes.

AFTERWARDS
- report NAME counts by state, status and code, and lists the rows to mend. --json, --csv FILE; --failed for those
that went wrong. report SID shows every report of one message.
- report NAME --html FILE writes one page for people: totals, statuses over time, countries, carrier errors, time to
deliver, reasons, and a table of all rows to search in. It loads nothing from anywhere, works on a phone and by
keyboard, and holds 100,000 rows.
- explain 30007 says what a code means, what to do, and what volley does by itself. Who is unreachable for good
(30004, 30005, 30006) goes on the opt-out list for that sender.
- resume NAME --undelivered sends once more, once each, what failed for a reason that passes (30001 queue overflow,
30003 phone off, 30008 no reason given, …). As the first one may still arrive, that is never done by itself.
- verify NAME compares ledger and account both ways: what vanished, what nobody here sent, statuses that are behind.
- feedback SID --outcome confirmed tells Twilio that a message did what it was for; so does a file of SIDs.
- messages list, get, media, cancel, redact, delete are for Twilio's own records; it asks before the last two.`;
