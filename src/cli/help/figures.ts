import { measured } from './measured.ts';

/** Every figure that volley states, each with the command that makes it anew. */
export const figures = `FIGURES, AND THE COMMANDS THAT MAKE THEM

All run from a checkout, on loopback, on any machine; compare ratios rather than times. The numbers here are of a
machine with two cores, the simulator on one of them.

  npm run chaos -- --kills 750 --rows 150000 --schedules 0 --crashes 1 --seed 1
  npm run chaos -- --kills 250 --rows 50000 --schedules 0 --crashes 1 --seed 151

kill the real binary with kill -9 at named points and at random moments, one to four processes at once, while the
simulator resets, hangs, tears and loses a tenth of all requests (11 kinds of faults, 1 to 50 senders a campaign):

  kills              919     309
  recipients     150,000  50,000
  lost                 0       0
  doubled              0       0
  a client that retries blindly, under the same faults (seed 1): 66 doubled of 1,000

  npm run chaos -- --workers 4 --kills 200 --rows 50000 --seed 1

does so to four workers that share campaigns on one PostgreSQL server, and kills all processes of that server, too:

  kills of volley    214
  of the server       10
  recipients      50,000
  lost                 0
  doubled              0
  until another worker went on with what a dead one had: 36 seconds at most

  npm run chaos -- --network

drops all packets between workers and their server without a word, by namespaces of Linux, for 5, 20 and 75 seconds
(longer than a lease); a worker went on 1 to 16 seconds after the network did.

  npm run build && node test/bench/workers.js

lets 1, 2 and 4 workers share one campaign: on two cores, which the server and the provider share with them, 750, 770
and 760 messages a second.

  npm run chaos -- --kills 0 --schedules 10000 --seed 1

draws everything else that can vary (senders, accounts, limits, budgets, recalls, opt-outs, clocks, freezes, two
processes, the command) in virtual time, and has each history judged by a checker that uses none of the code under
test:

  schedules       10,000
  messages       524,743
  deaths           5,029
  lost                 0
  doubled              0
  doubled within the stated hazard of --on-unknown resend: 154

The last line is what a resend risks: Twilio's list showed the first message only after the wait was over.

WEATHER, AND WHAT BECOMES OF A CAMPAIGN IN IT (npm test)
- 429 for everything, then not: all sent once, exit 0.
- 429 with a Retry-After of a day: gives up at once, all pending, exit 5.
- 429 with a Retry-After of 0, -1, 1.5 or twenty nines: ignores it, and waits as long as without one.
- Twilio gone for a while, then back: all sent once, exit 0.
- HTTP 500 after every create: stops after some 40, finds each at Twilio, the rest pending, exit 8.
- No answer to anything: stops after some 40, those unknown, the rest pending, exit 8; resend sends each once.
- List look-ups fail: unknown stays unknown, even with resend, exit 8.
- Lists lag longer than the wait: unknown stays unknown, exit 8; a later reconcile finds them.

  npm run bench -- --record

measures volley beside what it takes the place of, in turns on one provider, and writes this part of the page, the
README's line and the curves in test/bench/recorded; ratios are medians, with the lowest and highest of their rounds:

${measured}

Without --record it leaves out the last group, keeps the results in test/bench/latest, and changes nothing else.
With --rows 10000000 it goes on to ten million rows. One such list was planned in 229 s, where a million took 23 s, with
176 MB of memory and 362 bytes of ledger a row; report and campaigns took 0.8 s then, resume 2.4 s.

  npm run package

packs volley, checks the package with publint, installs it as others do, with install scripts off, and runs a program
and the command on Node 20, 22 and 24.`;
