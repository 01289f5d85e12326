/** A run that has not renewed its lease for this long is taken for dead, in milliseconds. */
export const leaseMs = 60_000;

/** What a lease says of who has it. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  /** Tells the process from a later one with the same number; absent where the system does not say. */
  readonly process?: string;
}

/** What is known of this machine when a lease is judged. */
export interface Machine {
  readonly host: string;
  /** What tells a running process apart, `unknown` where the system does not say; undefined: there is no such process. */
  readonly processOf: (pid: number) => string | undefined;
}

/**
 * Whether who holds a lease may still be at work. It expires by the ledger's clock; on this machine the process
 * itself is looked for, too. A process number alone proves nothing: after a restart another one may have it.
 */
export function isHeld(holder: LeaseHolder, expiresAt: number, at: number, machine: Machine): boolean {
  if (at > expiresAt) return false;
  if (holder.host !== machine.host) return true;
  const running = machine.processOf(holder.pid);
  if (running === undefined) return false;
  if (holder.process !== undefined && running !== 'unknown') return running === holder.process;
  return true;
}

/** Of runs that are at work, one that another run cannot join: it has the campaign for itself, or the other wants that. */
export function inTheWay<Run extends { readonly isShared: boolean }>(
  atWork: readonly Run[],
  wantsShare: boolean,
): Run | undefined {
  return atWork.find(({ isShared }) => !wantsShare || !isShared);
}
