import type { Message, SendResult } from '../core/message.ts';

/** What a run may still cost. */
export interface Budget {
  /** Sets aside what a message will cost; false when that could go over. What has no price costs nothing here. */
  readonly take: (message: Message) => boolean;
  /** Tells what became of it: Twilio's own count of segments, or nothing to pay. */
  readonly settle: (message: Message, result: SendResult) => void;
}

/** A ten-millionth of a currency unit: sums of prices in binary are off by less, and no price is that small. */
const tolerance = 1e-7;

/** A budget of `max`, of which `spent` is gone; without a maximum everything may go. */
export function budget(max: number | undefined, spent: number): Budget {
  let gone = spent;
  const price = ({ unitPrice = 0 }: Message, segments: number) => unitPrice * segments;
  return {
    take: (message) => {
      if (max === undefined) return true;
      const cost = price(message, message.segments);
      if (gone + cost > max + tolerance) return false;
      gone += cost;
      return true;
    },
    settle: (message, result) => {
      gone += price(message, billedSegments(message, result) - message.segments);
    },
  };
}

/** What may be billed: what was refused costs nothing, what may have gone out counts as planned. */
function billedSegments({ segments }: Message, result: SendResult): number {
  if (result.kind === 'accepted') return result.segments ?? segments;
  return result.kind === 'unknown' ? segments : 0;
}
