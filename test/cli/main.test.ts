import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { testContext } from '../context.ts';
import { run } from './volley.ts';

describe('a mistake', () => {
  it.each([
    [['sned'], /no command "sned"[\s\S]*send/],
    [['send', '--form', '1'], /no option --form[\s\S]*--from/],
    [['batch'], /Which file/],
    [['track'], /volley track needs <campaign>[\s\S]*See: volley track --help/],
    [['help', 'nothing'], /no page about "nothing"[\s\S]*csv, templates/],
    [['send', '--color', 'pink'], /--color pink must be auto, always or never/],
    [['batch', 'x.csv', '--limit', 'few', '--yes'], /no such file|not a whole number/],
  ])('%j ends with 2 and says so', async (argv, message) => {
    const { code, said } = await run(argv);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });

  it('is one JSON document with --json', async () => {
    const { said } = await run(['send', '--json']);
    expect(JSON.parse(said)).toEqual({
      error: { code: 'usage', message: 'Who is to get it?', hint: 'volley send NUMBER TEXT, or --to NUMBER.' },
    });
  });

  it('of ours is called a bug, with its stack', async () => {
    const { context, stderr } = testContext();
    const openLedger = () => Promise.reject(new TypeError('of ours'));
    expect(await main(['campaigns'], { ...context, openLedger })).toBe(1);
    expect(stderr.join('\n')).toMatch(/TypeError: of ours[\s\S]*This is a bug in volley/);
  });
});
