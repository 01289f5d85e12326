import type { MessageRequest } from './message.ts';

/** What the pace of a message goes by: its number, address or service, and the subaccount when there is one. */
export function senderOf({ accountSid, from, messagingServiceSid }: MessageRequest): string {
  const sender = from ?? messagingServiceSid ?? '';
  return accountSid ? `${sender} of ${accountSid}` : sender;
}

/** The number, address or service alone: what Twilio calls a sender, whichever account it belongs to. */
export const bareSender = (sender: string): string => sender.replace(/ of AC[0-9a-fA-F]{32}$/, '');
