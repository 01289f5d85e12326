import type { Context } from '../../context.ts';
import type { PlanContext } from '../../core/plan.ts';
import type { RawRequest } from '../../core/request/validate.ts';
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
}

/** The choice that goes back to the question before, in every list. */
export const back = { name: '← Back (Esc)', value: undefined } as const;
