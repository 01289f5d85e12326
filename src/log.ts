import { appendFileSync } from 'node:fs';
import { maskNumbers } from './core/recipient/mask.ts';
import { jsonText } from './core/text/clean.ts';
import { fileError } from './errors.ts';

/** An event in the log of `--log-file`. None has the text of a message. */
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

/** Adds an event to the log. */
export type Log = (event: LogEvent) => void;

/** Fields that hold a phone number, or words of Twilio's that may repeat one. */
const maskedFields: readonly string[] = ['to', 'from', 'reason', 'message'];

/** Where the log is, and what it needs of the world. */
export interface LogOptions {
  readonly path: string;
  /** True: phone numbers are written whole; false: masked. */
  readonly showPii: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Shows a line to the person, on standard error. */
  readonly say: (line: string) => void;
}

/**
 * Appends each event as a line of JSON to a file that only this user can read; it is opened anew each time, so that it
 * can be rotated. Throws a `CliError` when the first event can't be written; a later failure is shown once.
 */
export function openLog({ path, showPii, now, say }: LogOptions): Log {
  let hasWritten = false;
  let hasSaid = false;
  return (event) => {
    const at = new Date(now()).toISOString();
    try {
      const line = jsonText({ at, pid: process.pid, ...event }, showPii ? undefined : mask);
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
      hasWritten = true;
    } catch (cause) {
      const error = fileError(cause, {
        doing: 'write',
        path: `the log ${path}`,
        hint: 'Name another file with --log-file.',
      });
      if (!hasWritten || !error) throw error ?? cause;
      if (!hasSaid) say(error.message);
      hasSaid = true;
    }
  };
}

function mask(field: string, value: unknown): unknown {
  return typeof value === 'string' && maskedFields.includes(field) ? maskNumbers(value) : value;
}
