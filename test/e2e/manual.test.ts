import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../src/cli/verbs.ts';
import { needs } from '../needs.ts';
import { installation } from './volley.ts';

describe('the manual', () => {
  it('has every command, every page, and no line that roff would take for its own', async (test) => {
    const { stdout } = await installation().run('man');
    for (const { name } of verbs) expect(stdout).toContain(`\n.SS ${name.replaceAll('-', '\\-')}`);
    for (const title of ['TEXTS AND TEMPLATES', 'EXIT CODES', 'CONFIGURATION'])
      expect(stdout).toContain(`.SH ${title}`);
    const requests = [...stdout.matchAll(/^\.(\S+)/gm)].map(([, name]) => name);
    expect([...new Set(requests)].sort()).toEqual(['B', 'I', 'PP', 'SH', 'SS', 'TH', 'TP', 'fi', 'nf']);
    needs('groff', test);
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], { input: stdout, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
