import { CliError } from '../../errors.ts';

/** Where a prompt is shown, and the signal that ends it unanswered. */
export interface PromptPlace {
  readonly input?: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
  readonly signal?: AbortSignal;
}

/** A question to a person, as inquirer makes them: a function of how it is asked. */
export type Prompt<Config, Answer> = (config: Config, place?: PromptPlace) => Promise<Answer>;

/** Puts a prompt to the person at the terminal. Throws a `CliError` (interrupted) for Ctrl-C and when nobody answers for long. */
export type Ask = <Config, Answer>(prompt: Prompt<Config, Answer>, config: Config) => Promise<Answer>;

/** Asks on a terminal. `idleMs`: how long somebody may take for one answer. */
export function askOn(output: NodeJS.WritableStream, idleMs: number): Ask {
  return (prompt, config) =>
    orInterrupted(() => prompt(config, { output, signal: AbortSignal.timeout(idleMs) }), idleMs);
}

/** An answer; inquirer's errors for Ctrl-C and for a prompt that was ended become a `CliError` (interrupted). */
export async function orInterrupted<Answer>(answer: () => Promise<Answer>, idleMs: number): Promise<Answer> {
  try {
    return await answer();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'ExitPromptError') throw new CliError('interrupted', 'Interrupted.');
    if (name === 'AbortPromptError') {
      throw new CliError('interrupted', `Nobody answered for ${Math.round(idleMs / 60_000)} minutes.`);
    }
    throw error;
  }
}

/** A prompt that Esc leaves: then it resolves to undefined, and disappears from the screen. */
export function orBack<Config, Answer>(prompt: Prompt<Config, Answer>): Prompt<Config, Answer | undefined> {
  return async (config, place = {}) => {
    const leave = new AbortController();
    const keys = place.input ?? process.stdin;
    const signals = [leave.signal, ...(place.signal ? [place.signal] : [])];
    const here = { ...place, signal: AbortSignal.any(signals), clearPromptOnDone: false };
    const onKey = (_: unknown, key: { readonly name?: string } | undefined): void => {
      if (key?.name !== 'escape') return;
      here.clearPromptOnDone = true;
      leave.abort();
    };
    keys.on('keypress', onKey);
    try {
      return await prompt(config, here);
    } catch (error) {
      if (leave.signal.aborted && error instanceof Error && error.name === 'AbortPromptError') return undefined;
      throw error;
    } finally {
      keys.removeListener('keypress', onKey);
    }
  };
}

/** Keys typed this soon before a decision are discarded: they were meant for the question before it. In milliseconds, our choice. */
const discardMs = 300;

/** A prompt that keys typed before it appeared cannot answer: for decisions whose first choice sends messages. */
export function discardingKeys<Config, Answer>(prompt: Prompt<Config, Answer>): Prompt<Config, Answer> {
  return async (config, place = {}) => {
    // Only a real terminal has keys left over; the input of a test has none.
    if (place.input === undefined && process.stdin.isTTY) await discardKeys(process.stdin);
    return prompt(config, place);
  };
}

async function discardKeys(terminal: NodeJS.ReadStream): Promise<void> {
  let isInterrupted = false;
  const onData = (data: Buffer): void => {
    // 3 is Ctrl-C, which a terminal in raw mode passes on as a character.
    isInterrupted ||= data.includes(3);
  };
  terminal.setRawMode(true);
  terminal.on('data', onData);
  await new Promise((resolve) => setTimeout(resolve, discardMs));
  terminal.removeListener('data', onData);
  terminal.pause();
  terminal.setRawMode(false);
  if (isInterrupted) throw new CliError('interrupted', 'Interrupted.');
}
