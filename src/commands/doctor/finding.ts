import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { Session } from '../session.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly text: string;
  /** How to mend it. */
  readonly hint?: string;
}

/** Looks at some things. */
export type Check = (session: Session, context: Context) => Promise<readonly Finding[]>;

/** A check that turns a `CliError` into a finding; anything else is a bug and goes on up. */
export function check(name: string, look: Check): Check {
  return async (session, context) => {
    try {
      return await look(session, context);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return [{ name, state: 'wrong', text: error.message, ...(error.hint && { hint: error.hint }) }];
    }
  };
}
