import type { Context } from '../../context.ts';
import type { PlanContext } from '../../core/plan.ts';
import type { RawRequest } from '../../core/request/validate.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError } from '../../errors.ts';
import type { Ask } from '../ask/ask.ts';
import type { Session } from '../session.ts';

/** Somebody to text: a number, what they are called, and what else is known of them. */
export interface Contact {
  readonly address: string;
  readonly label: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A message as it is put together; what is not asked for yet is absent. */
export interface Draft {
  readonly to?: Contact;
  readonly body?: string;
  /** Sender, media, schedule and what a template brings. */
  readonly parameters: RawRequest;
}

/** What somebody chose once and need not choose again while the dialog lasts. */
export interface Memory {
  sender?: RawRequest;
}

/** What every step of `volley compose` works with: who is asked, what is known, and the session. */
export interface Dialog {
  /** `--undo`: how long a message can be called back before it goes out, in milliseconds. */
  readonly undoMs: number;
  readonly session: Session;
  readonly context: Context;
  readonly ask: Ask;
  readonly say: (line: string) => void;
  /** Who can be chosen by name; reading a file during the dialog adds to them. */
  readonly contacts: Contact[];
  readonly planContext: PlanContext;
  readonly memory: Memory;
}

/** Shows what went wrong, and the way out. */
export function sayError({ message, hint }: CliError, say: (line: string) => void): void {
  say(clean(`error: ${message}`));
  if (hint !== undefined) say(clean(`hint: ${hint}`));
}

/**
 * Opens a file that was named; when it cannot be read that is said, and undefined means to ask again.
 * Throws what is no fault of the file.
 */
export async function tryFile<T>(open: () => Promise<T>, say: (line: string) => void): Promise<T | undefined> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== 'input') throw error;
    sayError(error, say);
    return undefined;
  }
}

/** The choice that goes back to the question before, in every list. */
export const back = { name: '← Back (Esc)', value: undefined } as const;
