import { PassThrough } from 'node:stream';
import { input } from '@inquirer/prompts';
import { expect, it } from 'vitest';
import { askOn } from '../../src/cli/ask/ask.ts';

it('leaves a question that nobody answers', async () => {
  const ask = askOn(new PassThrough(), 50);
  // Inquirer's own prompt, before keys that nobody presses.
  const unanswered: typeof input = (config, place) => input(config, { ...place, input: new PassThrough() });
  await expect(ask(unanswered, { message: 'Who?' })).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringMatching(/^Nobody answered for \d+ minutes\.$/),
  });
});
