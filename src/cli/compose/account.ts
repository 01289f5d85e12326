import { credentialsOf } from '../../config/credentials.ts';
import type { Context } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { select } from '../ask/prompts.ts';
import { logIn } from '../commands/login.ts';
import type { SessionOptions } from '../options/everywhere.ts';
import { withSession } from '../session.ts';
import { sayError } from './dialog.ts';

type Choice = 'login' | 'rehearse' | 'quit';

const choices: readonly { readonly name: string; readonly short?: string; readonly value: Choice }[] = [
  { name: 'Rehearse (nothing leaves this machine)', short: 'Rehearse', value: 'rehearse' },
  { name: 'Log in to a Twilio account', value: 'login' },
  { name: 'Quit', value: 'quit' },
];

/**
 * What to compose with: as it was told where there is an account, or a log-in or a rehearsal where there is none.
 * Undefined: somebody would rather quit.
 */
export async function withAccount(
  sessionOptions: SessionOptions,
  context: Context,
): Promise<SessionOptions | undefined> {
  const canAsk = context.terminal.canAsk && sessionOptions.input;
  for (;;) {
    const problem = sessionOptions.simulate || !canAsk ? undefined : await problemWithAccount(sessionOptions, context);
    if (problem === undefined) return sessionOptions;
    context.err(problem);
    const choice = await context.ask(select<Choice>, { message: 'How would you like to begin?', choices });
    if (choice === 'quit') return undefined;
    if (choice === 'rehearse') return { ...sessionOptions, simulate: true };
    await tryLogIn(sessionOptions, context);
  }
}

/** Why nothing can be sent, in a sentence; undefined where something can. */
async function problemWithAccount(sessionOptions: SessionOptions, context: Context): Promise<string | undefined> {
  try {
    await withSession(sessionOptions, context, ({ config }) => credentialsOf(config, context));
    return undefined;
  } catch (error) {
    if (error instanceof CliError && error.code === 'credentials') return error.message;
    throw error;
  }
}

/** Logs in; what Twilio does not accept is said, and can be typed again. */
async function tryLogIn(sessionOptions: SessionOptions, context: Context): Promise<void> {
  try {
    await logIn(sessionOptions, context);
  } catch (error) {
    if (!(error instanceof CliError) || error.code === 'interrupted') throw error;
    sayError(error, context.err);
  }
}
