/** Messages that are sent as something happens, and what volley tells other programs. */
export const events = `EVENTS, CRON AND OTHER PROGRAMS

  tail -f orders.ndjson | volley stream --campaign orders --key order
  volley batch tomorrow.csv --campaign "reminder-$(date +%F)" --yes --quiet
  volley listen --forward http://127.0.0.1:3000/events

IN
- stream sends each line of standard input (NDJSON, one object with the names of volley help csv) as it arrives, and
prints a line for each (--output ndjson: as JSON). An id that came before is not sent again: its line says "known", and
how its message stands; --key names it. It goes on after a bad
one, and ends at the end of its input or with Ctrl-C.
- From cron, or a systemd timer, a batch with a name sends to each row once, however often it runs. --quiet prints
nothing when all went well, so that cron writes a mail only when somebody has to look. samples/crontab and
samples/volley-reminder.service are such.
- A program may call the same use cases: samples/library.js.

OUT
- listen --forward posts each new event as JSON to a program of yours, at least once, with its id as Idempotency-Key.
What is not answered with 2xx waits in the ledger and is tried again for three days, also after a restart.

  {"schema":"volley.event/1","id":"…","type":"status","at":"…","sid":"SM…"}

- --json prints one document with a schema on standard output, --output ndjson a line for each item, --jq EXPRESSION what
that makes of it, as gh does; errors are then {"error":{"code","message","hint"}} on standard error.
- --notify URL on batch, stream, resume and send posts a summary as JSON when a run ends or stops: its end, its exit code,
the report's counts, and a sentence as text; no number and no text of anybody's. Whatever becomes of it, the exit code
stays. With batch --enqueue the worker that ends the campaign, or gives it up, posts it.
- trigger delivered --to NUMBER posts a signed event to your own listener as Twilio would, to try both.
- --log-file FILE adds what happened as lines of JSON, without texts and with numbers masked.
- Exit codes say the rest: volley help exit-codes.

REHEARSING
- --simulate on any command runs it against a Twilio inside the process, with a ledger of its own. volley simulate runs
one for other programs, and prints its address and credentials.
- It judges requests as Twilio does, knows Twilio's test numbers
(https://www.twilio.com/docs/iam/test-credentials), moves statuses on, signs callbacks (to this machine only), and
fails on demand: --fault 429=0.1 --fault reset-after-create=0.02 --seed 7. Numbers that end in 30003, 30005 or 30007
end undelivered with that code.`;
