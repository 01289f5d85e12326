/** Who is not texted, when nobody is, who approves, and what is kept of people. */
export const consent = `CONSENT, QUIET HOURS, APPROVAL, PERSONAL DATA

  volley opt-out import unsubscribed.csv
  volley batch list.csv --template reminder.liquid --quiet-hours 21:00-08:00
  volley batch list.csv --template reminder.liquid --plan plan.json
  volley batch --apply plan.json --yes
  volley purge --older-than 30d

OPT-OUTS
- They are looked at when the plan is made, and again before every message, for one sender or for all. Who opted out by
number is not written to on WhatsApp either.
- opt-out add, remove, list, import, export keep the list. STOP, START and their like come by volley listen, for the
number or service they were sent to. Twilio's 21610 and 30640 add to it by themselves, and so do 30004, 30005, 30006.
- send refuses somebody who has opted out (exit 6); batch leaves them out and counts them as skipped.

QUIET HOURS
- By the recipient's own clock: --timezone-column, else from the number. Where that could be several zones, the hour
must be right in all.
- Outside the hours a message waits (exit 8, and volley resume keeps to them), or with a messaging service goes as a
schedule. The validity period is cut, so that nothing that is queued arrives at night.

APPROVAL AND SECOND THOUGHTS
- batch --plan FILE writes what would happen, with hashes of list, template, options and messages. --apply FILE sends
exactly that, and refuses (exit 6) when anything has changed. Only how it is sent may be given with --apply (--rate,
--wait, --again, …).
- watch NAME, then p, pauses a campaign on whatever machine it is sent from, and lets it go on; so do the buttons of watch
NAME --web, which change its rate, too. A paused run waits, and ends when it is told to.
- --undo 5m waits before sending; Ctrl-C or volley recall NAME calls it back. recall also cancels what is scheduled at
Twilio, and says what could not be called back.

WHAT IS KEPT, AND FOR HOW LONG
- The ledger holds numbers and texts, for you alone (0600). Numbers are masked (+1415•••2671) on the screen, in logs and
in errors, unless --show-pii; JSON and CSV have them whole.
- --no-store-body (or store_body = false) keeps a text only until its message is taken or refused.
- purge --older-than 30d turns numbers and keys of what was settled before then into pseudonyms, and empties texts and
wrong values, in the file, too; replies go whole. What Twilio has not had its last word on waits three days. A named campaign still knows
whom it has texted, and the opt-out list is not touched: it has to outlive both.
- The pseudonyms hang on ledger.db.key beside the ledger; without it a purged campaign is refused rather than sent
again. On PostgreSQL the key is the table pseudonym_key: leave it out of a dump that is given away.
- Twilio keeps its own records: volley messages redact and delete.`;
