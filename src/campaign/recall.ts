import type { Message } from '../core/message.ts';
import { plural, quoted } from '../core/text/wording.ts';
import { CliError } from '../errors.ts';
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
  readonly signal: AbortSignal;
}

/** How many messages are called back from the provider at once. Our choice: it also has the rest of the account to serve. */
const atOnce = 8;

/**
 * Cancels what has not been sent, also while a run is at it, and what is scheduled at the provider. Throws a `CliError`
 * (`interrupted`) at the signal: what is scheduled then stays so.
 */
export async function recall({ id, name }: Campaign, { ledger, connect, signal }: RecallPorts): Promise<Recalled> {
  const pending = await ledger.cancelPending(id);
  const failed: { message: Message; reason: string }[] = [];
  const count = { scheduled: 0, gone: 0 };
  const callBack = async (message: Message, sid: string): Promise<void> => {
    const canceled = await (await connect()).cancel(sid, message.request?.accountSid);
    if (canceled.ok) {
      count.scheduled++;
      await ledger.cancelAccepted(message.id, canceled.status);
    } else failed.push({ message, reason: canceled.reason });
  };
  let underWay: Promise<void>[] = [];
  for await (const message of ledger.messages(id, { states: ['accepted', 'claimed', 'unknown'] })) {
    if (message.sid === undefined || message.status !== 'scheduled') {
      count.gone++;
      continue;
    }
    underWay.push(callBack(message, message.sid));
    if (underWay.length < atOnce) continue;
    await Promise.all(underWay);
    underWay = [];
    if (signal.aborted) {
      throw new CliError(
        'interrupted',
        `Interrupted: ${plural(count.scheduled, 'message')} called back from Twilio, the others are scheduled still.`,
        {
          hint: `Call them back with: volley recall ${quoted(name)}`,
        },
      );
    }
  }
  await Promise.all(underWay);
  return { pending, ...count, failed };
}
