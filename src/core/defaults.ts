import { defaultRetryForMs } from './outcome/after-send.ts';

/** How a run goes on where nobody says otherwise. Times in milliseconds. */
export const defaultRun = {
  /** A modest start for any account: a run goes lower by itself when Twilio answers 429. */
  concurrency: 16,
  retryForMs: defaultRetryForMs,
  timeoutMs: 30_000,
  /** Twilio's list shows a message seconds after it was created; this leaves room for a slow one. */
  resolveMs: 60_000,
  onUnknown: 'hold',
} as const;
