import type { Ledger } from '../ledger.ts';
import { type ControlRow, toControl } from '../rules/control.ts';
import type { Clock } from './clock.ts';
import type { Database } from './driver.ts';
import type { Gate } from './gates.ts';
import { sql } from './sql.ts';

/** What somebody tells a campaign while it runs. */
export function postgresControls(
  { read, transaction }: Database,
  clock: Clock,
): Pick<Ledger, 'control' | 'pause' | 'changeRate'> {
  // Alone: claims that have begun are over, and later ones see it.
  const alone = (campaignId: string): readonly Gate[] => [{ kind: 'campaign', keys: [campaignId] }];
  return {
    control: (campaignId) =>
      read(async (connection) => {
        const row = await connection.get<ControlRow>(
          sql`select paused_at, rate from campaigns where id = ${campaignId}`,
        );
        return toControl(row ?? { paused_at: null, rate: null });
      }),
    pause: (campaignId, isPaused) =>
      transaction(alone(campaignId), async (connection) => {
        await connection.run(sql`update campaigns
          set paused_at = case when ${isPaused} then coalesce(paused_at, ${clock()}) end where id = ${campaignId}`);
      }),
    changeRate: (campaignId, perSecond) =>
      transaction(alone(campaignId), async (connection) => {
        await connection.run(sql`update campaigns set rate = ${perSecond ?? null}::float8 where id = ${campaignId}`);
      }),
  };
}
