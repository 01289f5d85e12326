import { describe, expect, it } from 'vitest';
import { delivered, delivering } from './delivering.ts';

describe('a text that is not to be kept', () => {
  it.each<[string, readonly string[], string]>([
    ['by a flag', ['--no-store-body'], ''],
    ['by the config', [], 'store_body = false'],
  ])('is gone once it is sent, %s', async (_, flags, config) => {
    const { batch, volley, file, stdout, sent } = delivering(delivered(0));
    file('volley.toml', config);
    await batch(1, ...flags);
    expect(sent[0]?.body).toBe('Hi');
    stdout.length = 0;
    await volley('report', 'c', '--csv', '-');
    expect(stdout[1]).not.toContain('Hi');
  });
});
