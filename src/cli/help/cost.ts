/** What a campaign costs, what holds it to a budget, and how fast it goes. */
export const cost = `COST, BUDGET AND SPEED

  volley check customers.csv --template reminder.liquid --online
  volley batch customers.csv --template reminder.liquid --max-cost 50 --rate 10

COST
- Prices are Twilio's list, remembered for a week, by country and kind of sender. The dearest carrier counts, so a plan
says "at most". Carrier fees that are not in the list are not in it either.
- With another API server (VOLLEY_API_URL) the list is asked for only by check --online and --max-cost.
- Offline, and for channels and MMS, [prices] in the config counts. What has no price says so.
- --max-cost 50 refuses a plan that is dearer, and stops a run that turns out so (exit 6).
- Once Twilio tells what a message cost, that counts in place of the estimate.

  [prices]
  currency = "USD"
  US = 0.0083                  a segment
  whatsapp = 0.005
  mms = 0.02                   a message
  default = 0.1

SEGMENTS

A text is billed by the segment: 160 characters, or 70 with one that GSM-7 does not have (153 and 67 each where there
are several). check names what makes a text longer, with row, column and way out:

  line 12: ’ in first_name makes 3 segments of 1; --ascii-punctuation
  replaces it by '

--max-segments 2 makes longer texts wrong rows. --check-media asks each picture for its type and size.

SPEED
- --rate N is messages a second for each sender, evenly spread, over all runs and workers of a ledger; the lowest that
is asked for holds.
- --concurrency N is requests at once (default 16). It adapts to what Twilio takes: 429 lowers it.
- Twilio queues what comes faster than a sender may send, for up to ten hours: a long code sends about one segment a
second, a toll-free number 3, WhatsApp 80, a short code 100. A sender that is given more than it sends before the
messages expire is pointed out in the plan.`;
