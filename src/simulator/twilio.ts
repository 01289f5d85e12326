import { type Callbacks, startCallbacks } from './callbacks.ts';
import { type CreateFault, type FaultDice, type FaultShare, faultDice } from './faults.ts';
import type { Clock } from './resource.ts';
import { openStore, type Store } from './store.ts';
import { makeTimers, type Timers } from './timers.ts';

/** Decides by hand what goes wrong with the n-th create, counted from 1. */
export type FaultScript = (form: URLSearchParams, n: number) => CreateFault | undefined;

/** How a simulated Twilio differs from a plain one. */
export interface TwilioSettings {
  readonly accountSid: string;
  readonly authToken: string;
  readonly seed: number;
  readonly faults: readonly (string | FaultShare)[];
  readonly script?: FaultScript | undefined;
  readonly latencyMs: number;
  readonly statusDelayMs: number;
  /** How late the fault `slow` answers. */
  readonly slowMs: number;
  /** Time between two bytes with the fault `byte-a-second`. */
  readonly byteDelayMs: number;
  readonly now: () => number;
  readonly concurrencyLimit: number;
  readonly truthFile?: string | undefined;
}

/** What the handlers of requests share. */
export interface Twilio {
  readonly settings: TwilioSettings;
  readonly store: Store;
  readonly dice: FaultDice;
  readonly callbacks: Callbacks;
  readonly timers: Timers;
  /** Twilio's time, in milliseconds since 1970: with the fault `clock-skew` not ours. */
  readonly now: () => number;
  readonly clock: () => Clock;
  /** Counts a create request and gives its number, from 1. */
  readonly countArrival: () => number;
  /** When each create request came, in milliseconds since 1970. */
  readonly arrivals: () => readonly number[];
  /** True when more requests are open than are allowed at once. */
  readonly isOverLimit: () => boolean;
  /** Counts requests that are being answered. */
  readonly open: { count: number };
  readonly stop: () => void;
}

/** How far ahead Twilio's clock is with the fault `clock-skew`, in milliseconds. */
const skewMs = 90_000;

/** A Twilio without its HTTP server. */
export function makeTwilio(settings: TwilioSettings): Twilio {
  const { authToken, seed, faults, statusDelayMs, concurrencyLimit, truthFile } = settings;
  const dice = faultDice(faults, seed);
  const isSkewed = dice.onService('clock-skew');
  const now = () => settings.now() + (isSkewed ? skewMs : 0);
  const arrivals: number[] = [];
  const open = { count: 0 };
  const timers = makeTimers();
  const store = openStore(truthFile);
  const callbacks = startCallbacks({ authToken, statusDelayMs, timers });
  return {
    settings,
    dice,
    now,
    open,
    store,
    timers,
    callbacks,
    clock: () => ({ nowMs: now(), statusDelayMs }),
    countArrival: () => arrivals.push(settings.now()),
    arrivals: () => arrivals,
    isOverLimit: () => open.count > concurrencyLimit,
    stop: () => {
      timers.stop();
      callbacks.stop();
      store.close();
    },
  };
}
