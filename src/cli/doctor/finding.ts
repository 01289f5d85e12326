import type { Context } from '../../context.ts';
import { maskInternational } from '../../core/recipient/mask.ts';
import { clean } from '../../core/text/clean.ts';
import { CliError, exitCodes } from '../../errors.ts';
import { wrap } from '../../ui/lines.ts';
import type { Session } from '../session.ts';

/** One thing that was looked at. What is `wrong` would stop a send. */
export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'wrong';
  readonly text: string;
  /** How to mend it. */
  readonly hint?: string;
  /** Twilio was not asked at all: the credentials are missing, or it refused them. */
  readonly isRefused?: true;
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
      const refused = error.code === 'credentials' ? ({ isRefused: true } as const) : {};
      return [{ name, state: 'wrong', text: error.message, ...(error.hint && { hint: error.hint }), ...refused }];
    }
  };
}

/** The exit code of what was found: 4 for credentials, 3 for anything else that would stop a send. */
export function findingsExitCode(findings: readonly Finding[]): number {
  if (findings.some(({ isRefused }) => isRefused)) return exitCodes.credentials;
  return findings.some(({ state }) => state === 'wrong') ? 3 : 0;
}

/** What was found, for a person; one entry a line, broken where it is too long. */
export function findingLine({ name, state, text, hint }: Finding, style: Session['resultStyle']): string {
  const { paint, width, showPii } = style;
  const mark = { ok: paint.green('✓'), warning: paint.yellow('!'), wrong: paint.red('✗') }[state];
  const label = state === 'ok' ? '' : `${state}: `;
  const said = `${label}${showPii ? text : maskInternational(text)}${hint ? ` ${hint}` : ''}`;
  return `${mark} ${name.padEnd(12)} ${wrap(clean(said), width, 15)}`;
}

/** What was found, as JSON. Field names are a contract. */
export function findingJson({ name, state, text, hint }: Finding) {
  return { name, state, text, ...(hint !== undefined && { hint }) };
}
