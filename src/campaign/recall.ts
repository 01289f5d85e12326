import type { Message } from '../core/message.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Campaign } from '../ledger/plans.ts';
import type { Records } from '../provider/provider.ts';

/** What calling a campaign back came to. */
export interface Recalled {
  /** Not sent yet, and never will be. */
  readonly pending: number;
  /** Called back from the provider. */
  readonly scheduled: number;
  readonly failed: readonly { readonly message: Message; readonly reason: string }[];
  /** Sent, on their way, or nobody knows. */
  readonly gone: number;
}

/** What a recall works with; the provider is connected to only where something is scheduled there. */
export interface RecallPorts {
  readonly ledger: Ledger;
  readonly connect: () => Promise<Pick<Records, 'cancel'>>;
}

/** Cancels what has not been sent, also while a run is at it, and what is scheduled at the provider. */
export async function recall({ id }: Campaign, { ledger, connect }: RecallPorts): Promise<Recalled> {
  const pending = await ledger.cancelPending(id);
  const failed: { message: Message; reason: string }[] = [];
  const count = { scheduled: 0, gone: 0 };
  for await (const message of ledger.messages(id, { states: ['accepted', 'claimed', 'unknown'] })) {
    if (message.sid === undefined || message.status !== 'scheduled') {
      count.gone++;
      continue;
    }
    const canceled = await (await connect()).cancel(message.sid, message.request?.accountSid);
    if (canceled.ok) {
      count.scheduled++;
      await ledger.cancelAccepted(message.id, canceled.status);
    } else failed.push({ message, reason: canceled.reason });
  }
  return { pending, ...count, failed };
}
