import { durationFrom } from '../../config/settings.ts';
import { sendStates } from '../../core/message.ts';
import { messageStatuses } from '../../core/outcome/status.ts';
import { travelsSafely, webAddressProblem } from '../../core/request/web-address.ts';
import { didYouMean } from '../../core/text/nearest.ts';
import { isIsoDay, parseTime } from '../../core/time.ts';
import type { Parse } from './option.ts';

/** Any text but none. */
export const text: Parse<string> = (given) => (given.trim() === '' ? { problem: 'is empty' } : { value: given });

/** A time like 30s within a range that is written the same way, in milliseconds. */
export const duration = durationFrom;

/** A whole number above 0. */
export const count: Parse<number> = (given) =>
  /^[1-9]\d{0,9}$/.test(given) ? { value: Number(given) } : { problem: 'is not a whole number above 0' };

/** A share like 10%, as a part of 1. */
export const share: Parse<number> = (given) => {
  const percent = /^\d+(\.\d+)?%$/.test(given) ? Number.parseFloat(given) : Number.NaN;
  return percent <= 100 ? { value: percent / 100 } : { problem: 'is not a share from 0% to 100%, like 10%' };
};

/** An address that what is told in confidence may go to: with TLS, or on this machine. */
export const safeUrl: Parse<string> = (given) =>
  webAddressProblem(given) ??
  (travelsSafely(given) ? { value: given } : { problem: 'must be https (http is for this machine only)' });

/** A port of TCP; 0 picks one. */
export const port: Parse<number> = (given) =>
  /^\d{1,5}$/.test(given) && Number(given) < 65_536 ? { value: Number(given) } : { problem: 'must be 0 to 65535' };

/** A time that is to come, in milliseconds since 1970. */
export const timeAhead: Parse<number> = (given, nowMs) => parseTime(given, nowMs, 'ahead');

/** When something was: a whole day by UTC, as Twilio counts them, or a time in milliseconds since 1970. */
export type Past = { readonly day: string } | { readonly atMs: number };

/** A day like 2026-11-23, or a time that has been. */
export const timeBack: Parse<Past> = (given, nowMs) => {
  if (isIsoDay(given)) return { value: { day: given } };
  const parsed = parseTime(given, nowMs, 'back');
  return 'problem' in parsed ? parsed : { value: { atMs: parsed.value } };
};

/** A word that is one of many: what is none of them is answered with what was meant. */
const wordOf =
  (words: readonly string[], what: string): Parse<string> =>
  (given) => {
    const value = words.find((word) => word === given.toLowerCase());
    if (value !== undefined) return { value };
    return { problem: `is no ${what}`, hint: didYouMean(given, words, `There are ${words.join(', ')}.`) };
  };

/** Twilio's status of a message. */
export const messageStatus = wordOf(messageStatuses, 'status');

/** The same, or what we know of a message. */
export const stateOrStatus = wordOf([...new Set([...sendStates, ...messageStatuses])], 'state or status');
