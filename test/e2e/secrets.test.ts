import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { batch, withList } from './campaign.ts';

describe('nothing leaks', () => {
  it('no secret into output, ledger or files, no escape sequence to the terminal', async (test) => {
    const { run, file, simulator, ledger } = await withList(test, 0);
    file('list.csv', 'to,name\n+14155550177,\u001b]0;owned\u0007Ada\n\u001b[2J555,Bob\n+14155550102,Eve\n');
    const ended = [
      await run(...batch, '--yes', '--campaign', 'c', '--color', 'never'),
      await run('report', 'c', '--color', 'never'),
      await run('report', 'c', '--failed', '--color', 'never'),
      await run('config', 'list', '--show-origin'),
      await run('doctor'),
    ];
    const printed = ended.map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(printed).not.toContain(simulator.authToken);
    expect(printed).not.toContain('\u001b');
    expect(printed).not.toContain('+14155550177');
    expect(readFileSync(ledger, 'latin1')).not.toContain(simulator.authToken);
  });
});
