import { groups } from './groups.ts';
import { grouped, option, setting, toggle, type ValuesOf } from './option.ts';
import { count, duration, safeUrl, timeAhead } from './parsers.ts';

/** What ends a run before all is sent. */
const limits = grouped(groups.safety, {
  limit: option('--limit <n>', 'send at most n now; resume sends the rest', count),
  maxDurationMs: option('--max-duration <time>', 'stop after this time, as 50m', duration('1s', '24d')),
  notAfter: option('--not-after <time>', 'stop at this time, as 2026-12-24T20:00:00Z, 17:30 or +2h', timeAhead),
  maxCost: setting('max_cost', '--max-cost <amount>', 'the most the whole campaign may cost; more is refused'),
  breaker: toggle('--no-breaker', 'go on even when most messages fail alike'),
});

/** How fast a campaign is sent, how long it is retried, and what ends it. */
export const sending = {
  ...limits,
  ...grouped(groups.delivery, {
    rate: setting('rate', '--rate <n>', 'messages a second per sender'),
    concurrency: setting(
      'concurrency',
      '--concurrency <n>',
      'requests at once (default 16); adapts to what Twilio takes',
    ),
    timeout: setting('timeout', '--timeout <time>', 'time for one request (default 30s)'),
    retryFor: setting('retry_for', '--retry-for <time>', 'how long to retry when Twilio takes nothing (default 10m)'),
    settle: setting('settle', '--settle <time>', 'how long an unknown outcome is looked for (default 60s)'),
    notify: option('--notify <url>', 'post a summary there as JSON when the run is over (https)', safeUrl),
    onUnknown: setting('on_unknown', '--on-unknown <what>', 'hold what is not found, or resend it (default hold)'),
  }),
};

/** The same for a single message, which is retried for a shorter time: somebody waits for it. */
export const sendingOne = {
  ...sending,
  retryFor: { ...sending.retryFor, about: 'how long to retry when Twilio takes nothing (default 15s)' },
};

/** How long `--wait` and `track` go on asking. */
export const forMs = option('--for <time>', 'how long --wait waits (default 15m)', duration('1s', '7d'), 900_000);

/** What stands before the first message and after the last. */
export const aroundSending = {
  ...grouped(groups.safety, {
    undoMs: option(
      '--undo <time>',
      'wait this long before sending; Ctrl-C or recall calls it back',
      duration('0s', '1h'),
    ),
  }),
  ...grouped(groups.delivery, {
    wait: toggle('--wait', 'then wait until all is delivered'),
    forMs,
  }),
};

/** What protects recipients from texts at night, and the bill from one odd character. */
export const protection = grouped(groups.safety, {
  quietHours: setting('quiet_hours', '--quiet-hours <times>', 'text nobody then, by their own clock, as 21:00-08:00'),
  maxSegments: setting('max_segments', '--max-segments <n>', 'a text of more segments is wrong'),
  asciiPunctuation: toggle('--ascii-punctuation', "write ' for ’ and the like, which keeps texts short"),
  storeBody: toggle('--no-store-body', 'keep texts in the ledger only until they are sent'),
});

/** How a run is told to go on, beyond the config. */
export type SendingValues = ValuesOf<typeof sending>;

/** What stands around a run. */
export type AroundValues = ValuesOf<typeof aroundSending>;
