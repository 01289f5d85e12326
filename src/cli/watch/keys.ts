import type { WatchPorts } from '../../campaign/watch.ts';
import type { Context } from '../../context.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import type { Controls } from '../../ledger/controls.ts';
import type { Campaign } from '../../ledger/plans.ts';

/** A watch that hears keys. */
export interface KeyedWatch {
  /** Those of the watch; a key ends its sleep, so that what it did is seen at once. */
  readonly ports: WatchPorts;
  /** Leaves the keys to whoever comes next. */
  readonly stop: () => Promise<void>;
}

/** Pauses a campaign, or lets it go on, whenever p is pressed, until it is stopped. */
export function hearKeys(
  campaign: Campaign,
  ports: WatchPorts & { readonly ledger: Controls },
  { keys, err }: Pick<Context, 'keys' | 'err'>,
): KeyedWatch {
  const over = new AbortController();
  let pressed = new AbortController();
  const hear = async (): Promise<void> => {
    for await (const key of keys(AbortSignal.any([ports.signal, over.signal]))) {
      if (key !== 'p') continue;
      try {
        const { pausedAt } = await ports.ledger.control(campaign.id);
        await ports.ledger.pause(campaign.id, pausedAt === undefined);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        err(clean(error.message));
      }
      pressed.abort();
      pressed = new AbortController();
    }
  };
  const hearing = hear();
  return {
    ports: { ...ports, sleep: (ms, signal) => ports.sleep(ms, AbortSignal.any([signal, pressed.signal])) },
    stop: async () => {
      over.abort();
      await hearing;
    },
  };
}
