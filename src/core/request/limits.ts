/** Twilio's documented limits, in one place. Only the validity period can be raised (Twilio allows 36000 since 2024-06). */
export interface Limits {
  readonly bodyCharacters: number;
  readonly mediaUrls: number;
  readonly callbackCharacters: number;
  readonly senderCharacters: number;
  readonly validityPeriodSeconds: number;
  readonly sendAtMinMs: number;
  readonly sendAtMaxMs: number;
}

/** The limits of the Messages resource, https://www.twilio.com/docs/messaging/api/message-resource. */
export const defaultLimits: Limits = {
  bodyCharacters: 1600,
  mediaUrls: 10,
  callbackCharacters: 4000,
  senderCharacters: 11,
  validityPeriodSeconds: 14_400,
  sendAtMinMs: 300_000,
  sendAtMaxMs: 35 * 86_400_000,
};

/** What `limits.validity_period` in the config may be raised to, in seconds. */
export const maxValidityPeriodSeconds = 36_000;
