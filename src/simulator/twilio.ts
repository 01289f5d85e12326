import { type Callbacks, startCallbacks } from './callbacks.ts';
import { type CreateFault, type FaultDice, faultDice } from './faults.ts';
import type { Clock } from './resource.ts';
import { openStore, type Store } from './store.ts';

/** Decides by hand what goes wrong with the n-th create, counted from 1. */
export type FaultScript = (form: URLSearchParams, n: number) => CreateFault | undefined;

/** What the handlers of requests share. */
export interface Twilio {
  readonly accountSid: string;
  readonly authToken: string;
  readonly store: Store;
  readonly dice: FaultDice;
  readonly script: FaultScript | undefined;
  readonly callbacks: Callbacks;
  /** Twilio's time, in milliseconds since 1970: with the fault `clock-skew` not ours. */
  readonly now: () => number;
  readonly clock: () => Clock;
  readonly countArrival: () => void;
  /** When each create request came, in milliseconds since 1970. */
  readonly arrivals: () => readonly number[];
  /** True when more requests are open than are allowed at once. */
  readonly isCrowded: () => boolean;
  /** Counts requests that are being answered. */
  readonly open: { count: number };
}

/** How a simulated Twilio differs from a plain one. */
export interface TwilioSettings {
  readonly accountSid: string;
  readonly authToken: string;
  readonly seed: number;
  readonly faults: readonly string[];
  readonly script?: FaultScript | undefined;
  readonly statusDelayMs: number;
  readonly now: () => number;
  readonly concurrencyLimit: number;
  readonly truthFile?: string | undefined;
}

/** How far ahead Twilio's clock is with the fault `clock-skew`, in milliseconds. */
const skewMs = 90_000;

/** A Twilio without its HTTP server. */
export function makeTwilio(settings: TwilioSettings): Twilio {
  const { accountSid, authToken, seed, faults, script, statusDelayMs, concurrencyLimit, truthFile } = settings;
  const dice = faultDice(faults, seed);
  const isSkewed = dice.onService('clock-skew');
  const now = () => settings.now() + (isSkewed ? skewMs : 0);
  const arrivals: number[] = [];
  const open = { count: 0 };
  return {
    accountSid,
    authToken,
    dice,
    script,
    now,
    open,
    store: openStore(truthFile),
    callbacks: startCallbacks(authToken, statusDelayMs),
    clock: () => ({ nowMs: now(), statusDelayMs }),
    countArrival: () => void arrivals.push(settings.now()),
    arrivals: () => arrivals,
    isCrowded: () => open.count > concurrencyLimit,
  };
}
