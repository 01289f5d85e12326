import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { input } from '@inquirer/prompts';
import { describe, expect, it } from 'vitest';
import { askOn } from '../../src/cli/ask/ask.ts';
import { type LiveInputConfig, liveInput } from '../../src/cli/ask/live-input.ts';

it('leaves a question that nobody answers', async () => {
  const ask = askOn(new PassThrough(), 50);
  // Inquirer's own prompt, before keys that nobody presses.
  const unanswered: typeof input = (config, place) => input(config, { ...place, input: new PassThrough() });
  await expect(ask(unanswered, { message: 'Who?' })).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringMatching(/^Nobody answered for \d+ minutes\.$/),
  });
});

describe('a text that is pasted', () => {
  /** Asks for a text at a terminal that types these pieces one after the other; resolves to the answer and what was shown. */
  const asked = (...pieces: readonly string[]) => askedFor({}, ...pieces);
  async function askedFor(more: Partial<LiveInputConfig>, ...pieces: readonly string[]) {
    const input = new PassThrough();
    // As a terminal it is not closed after a question.
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, end: () => output });
    let shown = '';
    output.on('data', (chunk) => (shown += chunk));
    const config = { message: 'Text', note: () => '', problem: () => undefined, ...more };
    const answer = liveInput(config, { input, output });
    for (const piece of pieces) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      input.write(piece);
    }
    const given = await answer;
    // What was written last comes with the next turn.
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { answer: given, shown };
  }

  it('keeps its lines however slowly they come, also when it begins or ends with one', async () => {
    const { answer, shown } = await asked('\x1b[200~One', '\r', 'Two\rThree', '\r\x1b[201~', '!', '\r');
    expect(answer).toBe('One\nTwo\nThree\n!');
    expect(shown.indexOf('\x1b[?2004h')).toBeLessThan(shown.indexOf('Text'));
    expect(shown).toMatch(/\x1b\[\?2004l$/);
  });

  it('is an answer with the Enter that is typed after it, however soon', async () => {
    expect((await asked('\x1b[200~One\x1b[201~\r')).answer).toBe('One');
  });

  it.each([
    [true, ['One\rTwo', '\r'], 'One\nTwo'],
    [false, ['One\r'], 'One'],
  ])(
    'that no terminal marks keeps its line breaks only where a text may have some: %s',
    async (hasLines, pieces, text) => {
      expect((await askedFor({ hasLines }, ...pieces)).answer).toBe(text);
    },
  );

  it('is shown with no word cut once it is an answer', async () => {
    const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    const { shown } = await asked(`\x1b[200~${words}\x1b[201~`, '\r');
    const lines = stripVTControlCharacters(shown.slice(shown.lastIndexOf('Text'))).split('\n');
    expect(lines.map((line) => line.trim()).join(' ')).toContain(words);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('asks no terminal to mark anything where there is none', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = liveInput({ message: 'Text', note: () => '', problem: () => undefined }, { input, output });
    input.write('a');
    setTimeout(() => input.write('\r'), 30);
    expect([await answer, String(output.read()).includes('2004')]).toEqual(['a', false]);
  });
});
