import { fullQueuePauseMs } from '../../core/outcome/after-send.ts';
import { type Grant, giveBack, reserve, type SenderPace } from './pace.ts';

/** What each sender was granted that was asked for. */
export type Grants = ReadonlyMap<string, Grant>;

/** Up to how many messages of a sender are wanted, and its own rate where it has one. */
export interface Wanted {
  readonly sender: string;
  readonly limit: number;
  readonly perSecond?: number | undefined;
}

/** Grants senders as many messages as their pace allows. `perSecond`: this run's rate; `at`: the ledger's clock. */
export function grantsOf(
  wants: readonly Wanted[],
  paceOf: (sender: string) => SenderPace,
  perSecond: number | undefined,
  at: number,
): Grants {
  return new Map(
    wants.map(({ sender, limit, perSecond: own }) => {
      const asked = { wanted: limit, perSecond: own ?? perSecond, at, longestPauseMs: fullQueuePauseMs };
      return [sender, reserve(paceOf(sender), asked)];
    }),
  );
}

/** The paces that are to be written down once messages were claimed: what was not used is given back. */
export function pacesAfter(
  grants: Grants,
  claimed: readonly { readonly sender: string }[],
): readonly (readonly [sender: string, pace: SenderPace])[] {
  const used = new Map<string, number>();
  for (const { sender } of claimed) used.set(sender, (used.get(sender) ?? 0) + 1);
  return [...grants].map(([sender, { pace, granted }]) => [sender, giveBack(pace, granted - (used.get(sender) ?? 0))]);
}
