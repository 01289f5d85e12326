import type { Context } from '../../context.ts';
import { maskInternational } from '../../core/recipient/mask.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError, exitCodes, someFailed } from '../../errors.ts';
import { wrap } from '../../ui/lines.ts';
import type { Session } from '../session.ts';

/** What one check came to. What is `wrong` would stop a send. */
export interface CheckResult {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly text: string;
  /** How to mend it. */
  readonly hint?: string;
  /** The credentials are missing, or Twilio refused them, so that nothing more could be asked. */
  readonly isRefused?: true;
}

/** Checks some things, and sends nothing. */
export type Check = (session: Session, context: Context) => Promise<readonly CheckResult[]>;

/** A check for which a `CliError` is a result, `wrong`; any other error is a bug, and is thrown. */
export function makeCheck(name: string, check: Check): Check {
  return async (session, context) => {
    try {
      return await check(session, context);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const refused = error.code === 'credentials' ? ({ isRefused: true } as const) : {};
      return [{ name, state: 'wrong', text: error.message, ...(error.hint && { hint: error.hint }), ...refused }];
    }
  };
}

/** The exit code of all results: 4 for credentials, 3 for anything else that would stop a send, else 0. */
export function checksExitCode(results: readonly CheckResult[]): number {
  if (results.some(({ isRefused }) => isRefused)) return exitCodes.credentials;
  return results.some(({ state }) => state === 'wrong') ? someFailed : 0;
}

/** A result for a person: one line, broken where it is too long. */
export function checkLine({ name, state, text, hint }: CheckResult, style: Session['resultStyle']): string {
  const { paint, width, showPii } = style;
  const mark = { ok: paint.green('✓'), warning: paint.yellow('!'), wrong: paint.red('✗') }[state];
  const label = state === 'ok' ? '' : `${state}: `;
  const said = `${label}${showPii ? text : maskInternational(text)}${hint ? ` ${hint}` : ''}`;
  return `${mark} ${name.padEnd(12)} ${wrap(clean(said), width, 15)}`;
}

/** A result as JSON. Field names are a contract. */
export function checkJson({ name, state, text, hint }: CheckResult) {
  return { name, state, text, ...(hint !== undefined && { hint }) };
}
