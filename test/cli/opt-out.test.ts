import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, recipients, testContext } from '../context.ts';
import { world } from './volley.ts';

const states = (stdout: readonly string[]) =>
  stdout.map((line) => (JSON.parse(line) as { to: string; state: string }).state);

describe('who has opted out', () => {
  it('is not texted by send either, which then is no success', async () => {
    const { context, sent, stderr } = testContext();
    await main(['opt-out', 'add', '+14155550101'], context);
    const send = ['send', '--to', '+14155550101', '--from', from, '--body', 'Hi', '--quiet'];
    expect([await main(send, context), sent]).toEqual([6, []]);
    expect(stderr.at(-1)).toBe('Not sent: who has opted out is not texted.');
  });

  it('is skipped, whatever the file and the spelling of the number', async () => {
    const { volley, batch, sent, stdout } = world();
    expect(await volley('opt-out', 'add', '(415) 555-0001', '--country', 'US')).toBe(0);
    expect(await batch(recipients(3), '--output', 'ndjson')).toBe(0);
    expect(sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550002']);
    expect(states(stdout.slice(1))).toEqual(['accepted', 'skipped', 'accepted']);
  });

  it('is skipped for the sender that is meant, however that is written', async () => {
    const { volley, batch, sent, stderr } = world();
    const add = (sender: string) => volley('opt-out', 'add', '+14155550001', '--sender', sender);
    expect(await add('+1 (415) 560-0199')).toBe(0);
    await batch(recipients(3));
    expect(sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550002']);
    expect([await add('?'), stderr.join('\n')]).toEqual([2, expect.stringMatching(/error: --sender \? is/)]);
  });

  it('is skipped also when it happens between the plan and the message', async () => {
    const made = world({
      script: async (_, __, n) => {
        if (n === 1) await made.volley('opt-out', 'add', '+14155550002');
        return undefined;
      },
    });
    expect(await made.batch(recipients(4), '--concurrency', '1')).toBe(0);
    expect(made.sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550001', '+14155550003']);
    expect(made.stdout.join('\n')).toMatch(/skipped +1/);
  });

  it.each([
    ['+14155550001', ['--sender', from], 2],
    ['+14155550001', ['--sender', '+14155600198'], 3],
    ['whatsapp:+14155550001', [], 3],
  ])('counts %s %s', async (address, flags, count) => {
    const { volley, batch, sent } = world();
    await volley('opt-out', 'add', address, ...flags);
    await batch(recipients(3));
    expect(sent).toHaveLength(count);
  });

  it('counts for WhatsApp too when it is about the number', async () => {
    const { volley, batch, sent } = world();
    await volley('opt-out', 'add', '+14155550001');
    await batch(`to,from\nwhatsapp:+14155550001,whatsapp:${from}\nwhatsapp:+14155550002,whatsapp:${from}\n`);
    expect(sent.map(({ to }) => to)).toEqual(['whatsapp:+14155550002']);
  });

  it('is learned from Twilio, for this sender', async () => {
    const { volley, batch, sent, stdout } = world({
      script: ({ to }) => (to.endsWith('1') ? { kind: 'rejected', code: 21610, reason: 'unsubscribed' } : undefined),
    });
    expect(await batch(recipients(2), '--campaign', 'one')).toBe(3);
    expect(await batch(recipients(2), '--campaign', 'two')).toBe(0);
    expect(sent.map(({ to }) => to)).toEqual(['+14155550000', '+14155550000']);
    stdout.length = 0;
    await volley('opt-out', 'list', '--output', 'ndjson');
    expect(stdout.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ address: '+14155550001', sender: from, source: '21610' }),
    ]);
  });

  it('is texted again once off the list', async () => {
    const { volley, batch, sent } = world();
    await volley('opt-out', 'add', '+14155550000');
    await batch(recipients(1), '--campaign', 'daily');
    await volley('opt-out', 'remove', '+14155550000');
    await batch(recipients(1), '--campaign', 'daily');
    expect(sent).toHaveLength(1);
  });

  it('is imported and exported, each fault with its line', async () => {
    const { volley, file, folder, stdout, stderr } = world();
    const list = file('stopped.csv', 'Phone,date,source\n4155550100,2026-01-02,=cmd()\nAda,,\n,,\n+14155550101,,\n');
    expect(await volley('opt-out', 'import', list, '--country', 'US')).toBe(3);
    expect(stdout).toEqual(['2 numbers added, 0 on the list already, 1 wrong.']);
    expect(stderr.join('\n')).toMatch(/line 3 +Phone "Ada" is not a phone number/);
    expect(await volley('opt-out', 'export', join(folder, 'out.csv'))).toBe(0);
    expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe(
      "to,sender,source,date\n+14155550100,,'=cmd(),2026-01-02T00:00:00.000Z\n+14155550101,,stopped.csv,2026-11-23T10:00:00.000Z\n",
    );
  });

  it.each(['to', 'Phone', 'tel', 'Mobile Phone', 'cell', 'address', 'Telefonnummer'])(
    'is imported from a column called %s, as a batch would be',
    async (column) => {
      const { volley, file, stdout } = world();
      const list = file('stopped.csv', `sender,${column},name\n${from},+14155550100,Ada\n`);
      expect(await volley('opt-out', 'import', list)).toBe(0);
      await volley('opt-out', 'list', '--output', 'ndjson');
      expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ address: '+14155550100', sender: from });
    },
  );

  it('is imported from the column of its row that has a number', async () => {
    const { volley, file, stdout } = world();
    const list = file('stopped.csv', 'phone,mobile\n+14155550100,\n,+14155550101\n');
    expect(await volley('opt-out', 'import', list)).toBe(0);
    expect(stdout).toEqual(['2 numbers added, 0 on the list already, 0 wrong.']);
  });

  it('is not taken for another number of the row where its own is missing', async () => {
    const { volley, file, stdout, stderr } = world();
    const list = file(
      'stopped.csv',
      `phone,order_number,sender\n,14155550122,\n+14155550123,1,?\n+14155550124,2,${from}\n`,
    );
    expect(await volley('opt-out', 'import', list)).toBe(3);
    expect(stdout).toEqual(['1 number added, 0 on the list already, 2 wrong.']);
    expect(stderr.join('\n')).toMatch(/line 2 +phone has no number\.[\s\S]*line 3 +sender/);
  });

  it('is not imported from columns of which none looks like numbers', async () => {
    const { volley, file, stderr } = world();
    expect(await volley('opt-out', 'import', file('stopped.csv', `sender,name\n${from},+14155550100\n`))).toBe(3);
    expect(stderr.join('\n')).toMatch(/has no number in a column called to or phone/);
  });

  it.each([
    [['add'], /Which number/],
    [['add', 'Ada'], /"Ada" is not a phone number/],
    [['import'], /Import which file/],
    [['forget', '+14155550100'], /must be add, remove, list, import or export/],
  ])('is not guessed: %s', async (argv, message) => {
    const { volley, stderr } = world();
    expect(await volley('opt-out', ...argv)).toBe(2);
    expect(stderr.join('\n')).toMatch(message);
  });
});
