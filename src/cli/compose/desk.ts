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

/** What somebody has put together so far. */
export interface Draft {
  readonly to?: Contact;
  readonly body?: string;
  /** Sender, media, schedule and what a template brings. */
  readonly parameters: RawRequest;
}

/** Where support staff sit: what every question and answer works with. */
export interface Desk {
  /** How long somebody may call a message back before it goes out, in milliseconds. */
  readonly undoMs: number;
  readonly session: Session;
  readonly context: Context;
  readonly ask: Ask;
  readonly say: (line: string) => void;
  /** Who can be chosen by name; a file that is read adds to them. */
  readonly contacts: Contact[];
  readonly plan: PlanContext;
}

/** What the way back is called in every list. */
export const back = { name: '← Back (Esc)', value: undefined } as const;
