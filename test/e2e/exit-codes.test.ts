import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipients } from '../context.ts';
import { batch, withList } from './campaign.ts';
import { installation } from './volley.ts';

describe.concurrent('exit codes of whole runs', () => {
  const good = recipients(3);
  const list = (rows: string) => `to,name\n${rows}`;

  it.for<[number, string, string, string[], Record<string, string>]>([
    [0, 'all sent', good, ['--yes'], {}],
    [2, 'no such flag', good, ['--yess'], {}],
    [2, 'nobody to ask', good, [], {}],
    [2, 'a missing column', 'who,name\nAda,Ada\n', ['--yes'], {}],
    [3, 'a landline', list('+14155550100,Ada\n+15005550009,Bob\n'), ['--yes'], {}],
    [3, 'a bad row', list('+14155550100,Ada\n+14155550101,Bob\n12,Eve\n'), ['--yes'], {}],
    [4, 'no credentials', good, ['--yes'], { TWILIO_AUTH_TOKEN: '' }],
    [4, 'wrong credentials', good, ['--yes'], { TWILIO_AUTH_TOKEN: 'wrong' }],
    [5, 'nobody answers', good, ['--yes', '--retry-for', '1s'], { VOLLEY_API_URL: 'http://127.0.0.1:1' }],
    [6, 'most rows bad', list('1,a\n2,b\n+14155550100,Ada\n'), ['--yes'], {}],
    [8, 'a part', good, ['--yes', '--limit', '1'], {}],
  ])('%i: %s', async ([expected, , content, argv, more], test) => {
    const { env } = await withList(test, 3);
    const { runHere, folder } = installation({ ...env, ...more });
    writeFileSync(join(folder, 'list.csv'), content);
    const { code, stderr, stdout } = await runHere(...batch, ...argv);
    expect([code, code === expected ? '' : stderr + stdout]).toEqual([expected, '']);
  });

  it('6: the same input again; 0: under one name', async (test) => {
    const { volley, simulator } = await withList(test, 3);
    const argv = [...batch, '--yes'];
    const codes: (number | null)[] = [];
    for (const more of [[], [], ['--campaign', 'a'], ['--campaign', 'a']]) {
      codes.push((await volley(...argv, ...more)).code);
    }
    expect(codes).toEqual([0, 6, 0, 0]);
    expect(simulator.truth()).toHaveLength(6);
  });

  it('7: two runs of one campaign at once, one of which does nothing', async (test) => {
    const { run, simulator, sent } = await withList(test, 300, { latencyMs: 20 });
    const argv = [...batch, '--yes', '--campaign', 'night'];
    const codes = (await Promise.all([run(...argv), run(...argv)])).map(({ code }) => code);
    expect(codes.sort()).toEqual([0, 7]);
    expect(new Set(sent()).size).toBe(300);
    expect(simulator.truth()).toHaveLength(300);
  });
});
