import { groups } from './groups.ts';
import { grouped, option, setting, toggle } from './option.ts';
import { count, port } from './parsers.ts';

/** Options of `worker`. */
export const workerTable = {
  ...grouped(groups.delivery, {
    concurrency: setting('concurrency', '--concurrency <n>', 'requests at once for each campaign (default 16)'),
    senders: option('--senders <n>', 'senders of a campaign that are worked on at once (default all)', count),
    timeout: setting('timeout', '--timeout <time>', 'time for one request (default 30s)'),
    settle: setting('settle', '--settle <time>', 'how long an unknown outcome is looked for (default 60s)'),
    onUnknown: setting('on_unknown', '--on-unknown <what>', 'hold what is not found, or resend it (default hold)'),
  }),
  drain: toggle('--drain', 'end when nothing is left'),
  metricsPort: option('--metrics-port <n>', 'serve counters and health on this port of this machine', port),
};
