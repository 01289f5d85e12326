import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { defaultDelivery } from '../../campaign/deliver.ts';
import type { Context } from '../../context.ts';
import { plural } from '../../core/text/wording.ts';
import { CliError, stackOf } from '../../errors.ts';
import { type Metrics, serveMetrics, startMetrics } from '../../queue/metrics.ts';
import { runSchedules } from '../../queue/scheduler.ts';
import { runWorker, type WorkerEvents, type WorkerOptions } from '../../queue/worker.ts';
import { shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import type { OptionsOf } from '../options/act.ts';
import type { workerTable } from '../options/worker.ts';
import { connectedPortsOf, type Session, withSession } from '../session.ts';
import { attemptEvent } from './delivery.ts';
import { notify } from './notify.ts';
import { scheduleRunner } from './schedule-runner.ts';

/** `volley worker`. */
export function worker(options: OptionsOf<typeof workerTable>, context: Context): Promise<number> {
  return withSession(options.session, context, async (session) => {
    const queue = await session.queue();
    const ports = await connectedPortsOf(session, context);
    const working = workerOptionsOf(options, session);
    const count = { accepted: 0 };
    const metrics = startMetrics({
      volley_accepted: { help: 'Messages that Twilio took from this worker.', read: () => count.accepted },
    });
    const served = options.metricsPort === undefined ? undefined : await serveMetrics(metrics, options.metricsPort);
    if (!session.isQuiet) {
      const where = served ? `; metrics at http://127.0.0.1:${served.port}/metrics` : '';
      context.err(`Working as ${working.id.slice(0, 8)} on ${working.host}${where}. Ctrl-C ends it.`);
    }
    const over = new AbortController();
    const ends = AbortSignal.any([context.signal, over.signal]);
    const events = watch(session, context, metrics);
    const schedules = options.drain
      ? Promise.resolve()
      : runSchedules({
          ...{ queue, workerId: working.id, signal: ends, sleep: context.sleep, monotonic: context.monotonic },
          run: scheduleRunner(options.session, session, context, 'stderr'),
          onRun: (name, end) => context.err(`schedule ${shown(name, session.workStyle)}: ${end}`),
          onTrouble: events.onTrouble,
        });
    try {
      const refused = await runWorker(working, {
        ...ports,
        queue,
        tell: (url, key, ended) => notify({ url, key, ended }, session, context),
        events: {
          ...events,
          onResult: (result, message) => {
            if (result.kind === 'accepted') count.accepted++;
            events.onResult(result, message);
          },
        },
      });
      if (refused) {
        throw new CliError('credentials', `Twilio refused the account (${refused.code}: ${refused.reason}).`, {
          hint: 'The jobs stay for other workers, and for this one once that is mended.',
        });
      }
    } finally {
      over.abort();
      await schedules;
      await served?.close();
    }
    if (session.isJson) {
      const document = { schema: 'volley.worker/1', id: working.id, accepted: count.accepted, exitCode: 0 } as const;
      await printDocument(document, { session, context, hasChanged: true });
    } else if (!session.isQuiet) context.err(`Done: ${plural(count.accepted, 'message')} accepted.`);
    return 0;
  });
}

function workerOptionsOf({ drain, senders }: OptionsOf<typeof workerTable>, { config }: Session): WorkerOptions {
  return {
    ...{ id: randomUUID(), host: hostname(), pid: process.pid, drain, mostSenders: senders },
    concurrency: config.get('concurrency') ?? defaultDelivery.concurrency,
    timeoutMs: config.get('timeout') ?? defaultDelivery.timeoutMs,
    resolveMs: config.get('settle') ?? defaultDelivery.resolveMs,
    onUnknown: config.get('on_unknown') ?? defaultDelivery.onUnknown,
  };
}

function watch(session: Session, context: Context, metrics: Metrics): WorkerEvents {
  const say = (text: string) => context.err(shown(text, session.workStyle));
  return {
    onResult: (result, message) => {
      metrics.count('volley_attempts_total', result.kind);
      context.log(attemptEvent(result, message));
    },
    onShare: (campaignId, { kind }) => {
      metrics.count('volley_shards_total', kind);
      if (session.isVerbose) say(`worked on ${campaignId}: ${kind}`);
    },
    onStopped: (campaignId, reason) => say(`Stopped ${campaignId}: ${reason}. Look with: volley report ${campaignId}`),
    onTrouble: (error) => {
      const known = error instanceof CliError;
      const code = known ? error.code : 'bug';
      metrics.count('volley_troubles_total', code);
      say(`trouble (${code}): ${known ? error.message : stackOf(error)} It is tried again.`);
    },
  };
}
