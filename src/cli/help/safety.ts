/** What happens when something goes wrong in the middle. */
export const safety = `WHEN IT DIES, AND WHEN IT RUNS AGAIN

  volley resume spring              go on with what is pending
  volley reconcile spring           look again for what is unknown
  volley reconcile spring --on-unknown resend

Each message is written to the ledger as claimed, on disk, before its request leaves. So after a crash "claimed" means
that it may have been sent; it becomes unknown, is looked up at Twilio, and is never sent again on a guess.

States are what volley knows: invalid, skipped, pending, claimed, accepted, rejected, unknown, canceled. They always
add up to the rows that were read. Statuses (queued, sent, delivered, …) are Twilio's: volley help delivery.

WHAT HAPPENED, AND WHAT VOLLEY DOES
- It could not connect, or Twilio said 429: certainly not sent. Tries again, for --retry-for.
- Twilio refused it (4xx with a code): rejected, with the reason.
- Twilio took it (201 with a SID): accepted.
- Anything else, as a time-out, a reset, a 5xx or an answer cut short: unknown. It may have gone out, so it is settled
first, as below.
- Ctrl-C, SIGTERM, SIGHUP, --max-duration, --not-after: waits for what is on its way, records it, and says how to
resume. A second Ctrl-C leaves at once.
- kill -9, a power cut: volley resume. What was claimed is unknown, the rest is sent.
- A second run of the same campaign: exits 7 and sends nothing. A run that is dead or frozen is taken over.
- Two runs that send from one number: share its rate, the lower one that is asked for.
- volley recall NAME while it runs: what is not out yet is canceled, and what comes back unsent, too. The run exits 3.
- The clock is wrong, or is set meanwhile: durations do not mind. Outcomes are looked for by Twilio's clock, and what
is in doubt is held.
- Twilio refuses the credentials or a sender, or most of the last messages fail alike: stops at once and says why.
Nothing is marked rejected that was not refused. --no-breaker goes on.
- The ledger's disk is full, damaged or locked: stops claiming and says what to do. Nothing is sent that is not
written down.

HOW AN UNKNOWN MESSAGE IS SETTLED

Twilio's create has no idempotency key, so after a lost answer the only way to know is to look. At the end of a run
volley lists the recipient's messages after about 5, 15 and 60 seconds (--settle), and compares sender, time by
Twilio's clock, and text, also as Twilio may have rewritten it (trial prefix, smart encoding, shortened links). Any
other text is somebody else's message. One SID settles one message. Where several could be meant, or the text is the
same at another time, the choice is left to you. With callback_url a message's own callback settles it.

What is not found stays unknown (exit 8) until you say: volley reconcile NAME --on-unknown resend. A run that is given
--on-unknown resend does so by itself after the last empty look. That is safe as long as Twilio's list does not lag
longer than --settle.

RUNNING IT AGAIN
- --campaign NAME makes a batch repeatable: it sends only what is new or unsent, and exits 0 when there is nothing.
Rows that Twilio refused are tried again by resume --rejected only; what did not arrive by resume --undelivered.
- Without a name the same messages within 24 hours are refused (exit 6) unless --again. check, --dry-run and --plan say
so beforehand. If the earlier run did not finish, the same command goes on with it.
- --key order_id says what makes a row the same row; without it, its number.
- --limit N sends at most N now, --sample N takes only the first N rows, --test-to NUMBER sends the first row to you.
- --strict lets one wrong row stop all; --max-invalid 10% refuses when more rows than that are wrong (default 50%).

How this is tested, and with what figures: volley help figures.`;
