import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, testContext } from '../context.ts';
import { person } from '../person.ts';

const rehearse = ['batch', 'customers.csv', '--template', 'reminder.liquid', '--quiet-hours', '03:00-04:00', '--yes'];

/** Commands in a folder that `init` has made. */
async function made(argv: readonly string[], world: Parameters<typeof testContext>[0] = {}) {
  const all = testContext(world);
  const code = await main(['init', ...argv], all.context);
  const read = (name: string) => readFileSync(join(all.folder, name), 'utf8');
  const inside = (...more: string[]) =>
    main(
      more.map((word) => (/\.(csv|liquid)$/.test(word) ? join(all.folder, word) : word)),
      all.context,
    );
  return { ...all, code, read, inside };
}

describe('init', () => {
  it('makes what a first campaign needs, and that campaign can be sent', async () => {
    const { code, inside, sent, read } = await made(['--from', from, '--country', 'US']);
    expect(code).toBe(0);
    expect(read('volley.toml')).toContain(`from = "${from}"`);
    expect(await inside(...rehearse)).toBe(0);
    expect(sent.map(({ body }) => body)).toEqual([
      'Hi Ada, see you on Monday, 1 March. Reply STOP to opt out.',
      'Hi Grace, see you on Tuesday, 2 March. Reply STOP to opt out.',
    ]);
  });

  it('asks at a terminal, and takes nothing for an answer', async () => {
    const service = `MG${'0'.repeat(32)}`;
    const { ask } = person(['Your sender', service, '<enter>'], ['Country', 'de', '<enter>']);
    const { read } = await made([], { canAsk: true, ask });
    expect(read('volley.toml')).toMatch(new RegExp(`country = "DE"[\\s\\S]*messaging_service_sid = "${service}"`));
    const silent = person(['Your sender', '<enter>'], ['Country', '<enter>']);
    expect((await made([], { canAsk: true, ask: silent.ask })).read('volley.toml')).toContain('# from =');
  });

  it('asks nothing in a folder that has its config, and says so first', async () => {
    const nobody = person();
    const all = testContext({ canAsk: true, ask: nobody.ask });
    writeFileSync(join(all.folder, 'volley.toml'), 'country = "DE"\n');
    expect(await main(['init'], all.context)).toBe(0);
    expect(all.stderr[0]).toMatch(/^volley\.toml is there already, and stays as it is\./);
    expect(readFileSync(join(all.folder, 'volley.toml'), 'utf8')).toBe('country = "DE"\n');
    expect(all.stdout).toContain('written  customers.csv');
    expect(all.stdout.join('\n')).not.toContain('put your sender');
  });

  it('never writes over a file', async () => {
    const { context, folder, stdout } = testContext();
    writeFileSync(join(folder, 'customers.csv'), 'mine');
    expect(await main(['init'], context)).toBe(0);
    expect(readFileSync(join(folder, 'customers.csv'), 'utf8')).toBe('mine');
    expect(stdout).toContain('kept     customers.csv');
  });

  it('refuses a sender that is none', async () => {
    const { code, stderr } = await made(['--from', 'a sender that is too long']);
    expect([code, stderr[0]]).toEqual([2, expect.stringContaining('--from a sender')]);
  });
});
