import { setTimeout as delay } from 'node:timers/promises';
import { ask } from './database.ts';

/** How long the shares of dead workers lie, in milliseconds. */
export interface Shares {
  /** Notes which shares a worker had, right after it died. */
  readonly died: (pid: number) => Promise<void>;
  /** The longest that one lay so far, until another worker had it or nothing of it was left. */
  readonly slowestMs: () => number;
  readonly stop: () => Promise<void>;
}

/** Looks every second whether others go on with what dead workers had. */
export function watchShares(address: string): Shares {
  const orphans = new Map<string, number>();
  let slowestMs = 0;
  let isOver = false;
  const look = async (): Promise<void> => {
    // Who takes a campaign clears away those who are dead.
    const left = await ask<{ owner: string }>(
      address,
      `select l.owner from volley.leases l where l.owner = any($1) and exists (select 1 from volley.messages m
        where m.campaign_id = l.campaign_id and m.state in ('pending', 'claimed'))`,
      [[...orphans.keys()]],
    );
    const owners = new Set(left.map(({ owner }) => owner));
    for (const [owner, since] of orphans) {
      slowestMs = Math.max(slowestMs, performance.now() - since);
      if (!owners.has(owner)) orphans.delete(owner);
    }
  };
  const looking = (async () => {
    while (!isOver) {
      if (orphans.size > 0) await look();
      await delay(1000);
    }
  })();
  return {
    died: async (pid) => {
      const at = performance.now();
      const had = await ask<{ owner: string }>(address, 'select owner from volley.leases where pid = $1', [pid]);
      for (const { owner } of had) orphans.set(owner, at);
    },
    slowestMs: () => slowestMs,
    stop: async () => {
      isOver = true;
      await looking;
    },
  };
}
