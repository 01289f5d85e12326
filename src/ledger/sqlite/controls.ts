import type { Ledger } from '../ledger.ts';
import { type ControlRow, toControl } from '../rules/control.ts';
import type { Database } from './driver.ts';

/** What somebody tells a campaign while it runs. `now`: the ledger's clock, in milliseconds since 1970. */
export function sqliteControls(
  database: Database,
  now: () => number,
): Pick<Ledger, 'control' | 'pause' | 'changeRate'> {
  const read = database.prepare<ControlRow>('select paused_at, rate from campaigns where id = :campaignId');
  const pause = database.prepare('update campaigns set paused_at = coalesce(paused_at, :at) where id = :campaignId');
  const goOn = database.prepare('update campaigns set paused_at = null where id = :campaignId');
  const setRate = database.prepare('update campaigns set rate = :rate where id = :campaignId');
  return {
    control: async (campaignId) => toControl(read.get({ campaignId }) ?? { paused_at: null, rate: null }),
    pause: async (campaignId, isPaused) => {
      if (isPaused) pause.run({ campaignId, at: now() });
      else goOn.run({ campaignId });
    },
    changeRate: async (campaignId, perSecond) => void setRate.run({ campaignId, rate: perSecond ?? null }),
  };
}
