import type { SendState } from '../../core/message.ts';

/**
 * What a message of a recalled campaign is when it would be pending. The recall cancels what is pending then, and from
 * there on what comes back unsent or is added; nothing is reopened, tried a second time, published or resolved to
 * pending any more. What is claimed goes its way: its request may be out.
 */
export function afterRecall(state: SendState): SendState {
  return state === 'pending' ? 'canceled' : state;
}
