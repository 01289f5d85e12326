import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext } from '../context.ts';

describe('feedback', () => {
  const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;
  const given = async (...argv: string[]) => {
    const made = testContext();
    const posted: string[] = [];
    const connect: typeof made.context.connect = async (options) => ({
      ...(await made.context.connect(options)),
      feedback: async (id, outcome) =>
        id.endsWith('9') ? '20404: not found' : void posted.push(`${id.at(-1)} ${outcome}`),
    });
    const volley = (...args: string[]) => main(args, { ...made.context, connect });
    await volley('send', '--to', '+14155550101', '--from', from, '--body', 'x', '--provide-feedback', 'true');
    await volley('send', '--to', '+14155550102', '--from', from, '--body', 'x');
    const file = made.file(
      'outcomes.csv',
      `sid,outcome\n${sid(1)},confirmed\n${sid(9)},confirmed\nx,confirmed\n${sid(1)},maybe\n`,
    );
    const code = await volley('feedback', ...argv.map((arg) => (arg === 'FILE' ? file : arg)));
    return { code, posted, said: [...made.stdout, ...made.stderr].join('\n') };
  };

  it('is posted to Twilio', async () => {
    expect(await given(sid(1), '--outcome', 'confirmed')).toMatchObject({ code: 0, posted: ['1 confirmed'] });
  });

  it('is refused where the message was not sent for it', async () => {
    const { code, posted, said } = await given(sid(2), '--outcome', 'confirmed');
    expect([code, posted]).toEqual([6, []]);
    expect(said).toMatch(/sent without --provide-feedback true/);
    expect((await given(sid(9), '--outcome', 'confirmed')).said).toMatch(/Twilio knows no such message/);
    expect((await given(sid(1))).said).toMatch(/Which outcome/);
  });

  it('is read from a file, each fault with its line', async () => {
    const { code, posted, said } = await given('FILE');
    expect([code, posted]).toEqual([3, ['1 confirmed']]);
    expect(said).toMatch(
      /1 outcome told, 3 not[\s\S]*line 3: Twilio knows[\s\S]*line 4: "x" is not[\s\S]*line 5: "maybe" must be/,
    );
  });
});
