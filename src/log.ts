import { appendFileSync } from 'node:fs';
import { maskNumbers } from './core/recipient/mask.ts';
import { fileError } from './errors.ts';

/** What --log-file keeps of a run; never a text. */
export type LogEvent =
  | { readonly event: 'start'; readonly command: string; readonly version: string }
  | {
      readonly event: 'attempt';
      readonly campaignId: string;
      readonly messageId: string;
      readonly to: string;
      readonly result: string;
      readonly sid?: string | undefined;
      readonly code?: number | undefined;
      readonly reason?: string | undefined;
    }
  | { readonly event: 'callback'; readonly sid: string; readonly status: string; readonly code?: number | undefined }
  | { readonly event: 'inbound'; readonly sid: string; readonly from: string; readonly keyword?: string | undefined }
  | { readonly event: 'refused'; readonly reason: string }
  | { readonly event: 'report'; readonly campaign: string; readonly counts: object; readonly exitCode: number }
  | { readonly event: 'error'; readonly code: string; readonly message: string }
  | { readonly event: 'end'; readonly exitCode: number; readonly ms: number };

/** Writes down what happens. */
export type Log = (event: LogEvent) => void;

/** Fields that may hold a number, or text of Twilio's that repeats one. */
const maskedFields: readonly string[] = ['to', 'from', 'reason', 'message'];

/** Where a log goes, and what it works with. */
export interface LogOptions {
  readonly path: string;
  /** Numbers whole; else only their ends. */
  readonly showPii: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/**
 * Appends each event as a line of JSON, for this user only. The file is opened anew for each, so that it can be rotated.
 * Throws a `CliError` when it can't be written at the start; later that is said once, and the work goes on.
 */
export function openLog({ path, showPii, now, say }: LogOptions): Log {
  let hasBegun = false;
  let isSaid = false;
  return (event) => {
    const at = new Date(now()).toISOString();
    try {
      const line = JSON.stringify({ at, pid: process.pid, ...event }, showPii ? undefined : mask);
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
      hasBegun = true;
    } catch (cause) {
      const error = fileError(cause, {
        doing: 'write',
        path: `the log ${path}`,
        hint: 'Name another file with --log-file.',
      });
      if (!hasBegun || !error) throw error ?? cause;
      if (!isSaid) say(error.message);
      isSaid = true;
    }
  };
}

function mask(field: string, value: unknown): unknown {
  return typeof value === 'string' && maskedFields.includes(field) ? maskNumbers(value) : value;
}
