import { render } from '@inquirer/testing';
import { expect } from 'vitest';
import { type Ask, orInterrupted } from '../src/cli/ask/ask.ts';

/** What somebody waits to see, and then types; words in angle brackets are keys, as `<enter>`. */
export type Reaction = readonly [sees: string | RegExp, ...types: string[]];

/** A person at the terminal who answers the prompts one after the other; keeps what they saw. */
export function person(...reactions: Reaction[]): { ask: Ask; screens: string[]; left: () => number } {
  const screens: string[] = [];
  const ask: Ask = async (prompt, config) => {
    const [sees, ...types] = reactions.shift() ?? ['(nothing more was expected)'];
    const { answer, events, getScreen } = await render(prompt as never, config);
    const ended = orInterrupted(() => answer, 600_000);
    // A rejection is looked at below, not before.
    ended.catch(() => undefined);
    const see = () => screens.push(getScreen());
    await expect.poll(getScreen, { timeout: 2000, message: `of ${JSON.stringify(sees)}` }).toMatch(sees);
    see();
    for (const text of types) {
      const [, key] = /^<(.+)>$/.exec(text) ?? [];
      if (key === 'ctrl-c') events.keypress({ name: 'c', ctrl: true });
      else if (key) events.keypress(key);
      else events.type(text);
      await new Promise((resolve) => setTimeout(resolve, 12));
      see();
    }
    return ended as never;
  };
  return { ask, screens, left: () => reactions.length };
}
