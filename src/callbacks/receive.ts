import type { Callback, InboundMessage } from '../core/outcome/callback.ts';
import { inboundEvent } from '../core/outcome/event.ts';
import type { StatusUpdate } from '../core/outcome/receipt.ts';
import { type GroupCommit, groupCommit } from '../engine/group-commit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ReadCallback } from '../provider/provider.ts';
import { listenForCallbacks } from './server.ts';

/** Where callbacks are received, and what is done with them. */
export interface ReceiveOptions {
  /** The address that the provider was given; its path is the only one that is answered. */
  readonly publicUrl: string;
  readonly host: string;
  /** 0 picks one. */
  readonly port: number;
  /** Each also goes into the queue of what is passed on. */
  readonly passOn: boolean;
  /** False: of inbound messages all but the text is kept. */
  readonly storesText: boolean;
}

/** Where it is kept who has opted out. */
type ConsentLedger = Pick<Ledger, 'addOptOuts' | 'removeOptOut'>;

/** What receiving works with. */
export interface ReceivePorts {
  readonly ledger: Pick<Ledger, 'receive' | 'keepEvent' | 'keepReply'> & ConsentLedger;
  readonly readCallback: ReadCallback;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What receiving tells of. */
export interface ReceiveEvents {
  /** A callback is on disk. */
  readonly onReceived?: ((callback: Callback) => void) | undefined;
  /** A request was turned away; the reason is in the words of whoever sent it, and not to be trusted. */
  readonly onRefused?: ((reason: string) => void) | undefined;
}

/** How many requests came, by what became of them. */
export interface ReceivedCounts {
  readonly statuses: number;
  readonly inbound: number;
  readonly refused: number;
}

/** A server that receives callbacks. */
export interface Receiver {
  readonly port: number;
  /** Takes nothing new, and resolves when what has begun is over. */
  readonly stop: () => Promise<ReceivedCounts>;
}

/**
 * Receives callbacks until it is stopped: each is answered once it is on disk, receipts that come together in one commit.
 * Throws a `CliError` (`usage`) when the port cannot be used.
 */
export async function startReceiving(
  options: ReceiveOptions,
  ports: ReceivePorts,
  { onReceived, onRefused }: ReceiveEvents = {},
): Promise<Receiver> {
  const { ledger, readCallback } = ports;
  const count = { statuses: 0, inbound: 0, refused: 0 };
  const receipts = groupCommit<StatusUpdate>((updates) => ledger.receive(updates, options.passOn));
  const server = await listenForCallbacks({
    ...options,
    readCallback,
    onRefused: (reason) => {
      count.refused++;
      onRefused?.(reason);
    },
    onCallback: async (callback) => {
      await writeDown(callback, receipts, options, ports);
      if (callback.kind === 'status') count.statuses++;
      else count.inbound++;
      onReceived?.(callback);
    },
  });
  return {
    port: server.port,
    stop: async () => {
      await server.close();
      return count;
    },
  };
}

async function writeDown(
  callback: Callback,
  receipts: GroupCommit<StatusUpdate>,
  { passOn, storesText }: ReceiveOptions,
  { ledger, now }: ReceivePorts,
): Promise<void> {
  const at = now();
  if (callback.kind === 'status') {
    const { kind: _, ...receipt } = callback;
    return receipts.add({ ...receipt, at, source: 'callback' });
  }
  await applyKeyword(callback, ledger, at);
  await ledger.keepReply(callback, storesText);
  if (passOn) await ledger.keepEvent(inboundEvent(callback, at));
}

/**
 * Puts whoever sent STOP or its like on the suppression list, and takes off it who sent START; both only for whom they
 * wrote to. That is a service and its number where it is both: a message that names the number goes by that. `at` is when
 * it came, in milliseconds since 1970. Throws what the ledger throws.
 */
async function applyKeyword(
  { from, to, number = to, keyword }: InboundMessage,
  ledger: ConsentLedger,
  at: number,
): Promise<void> {
  const senders = [...new Set([to, number])];
  if (keyword === 'stop') {
    await ledger.addOptOuts(senders.map((sender) => ({ address: from, sender, source: 'STOP', at })));
  }
  if (keyword === 'start') for (const sender of senders) await ledger.removeOptOut(from, sender);
}
