import type { Command } from 'commander';
import { formatCount, formatDuration, plural } from '../../core/text/wording.ts';
import { shown } from '../../ui/lines.ts';
import { printDocument } from '../document.ts';
import { addIntroduction } from '../help/page.ts';
import type { Act } from '../options/act.ts';
import { withSession } from '../session.ts';

const help = `Examples:
  volley workers
  volley workers --json`;

/** Declares `volley workers`. */
export function declareWorkers(command: Command, act: Act): void {
  addIntroduction(command, help);
  act({}, (options, context) =>
    withSession(options.session, context, async (session) => {
      const queue = await session.queue();
      const [workers, jobs] = [await queue.workers(), await queue.size()];
      if (session.isJson) {
        const items = workers.map(({ startedAt, seenAt, ...rest }) => ({
          ...rest,
          startedAt: new Date(startedAt).toISOString(),
          seenAt: new Date(seenAt).toISOString(),
        }));
        await printDocument({ schema: 'volley.workers/1', jobs }, { session, context }, { as: 'workers', items });
        return 0;
      }
      const { resultStyle: style } = session;
      for (const { host, pid, campaigns, accepted, seenAt, isAlive } of workers) {
        const state = isAlive ? style.paint.green('at work') : style.paint.red('silent');
        const ago = formatDuration(Math.max(0, context.now() - seenAt));
        const what = campaigns.length === 0 ? 'idle' : campaigns.map((name) => shown(name, style)).join(', ');
        context.out(
          `${shown(host, style)} ${pid}  ${state}, heard ${ago} ago, ${formatCount(accepted)} accepted, ${what}`,
        );
      }
      if (workers.length === 0) context.err('No worker is there. Start one with: volley worker');
      if (jobs > 0) context.err(`${plural(jobs, 'job')} waiting or worked on.`);
      return 0;
    }),
  );
}
