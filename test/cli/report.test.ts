import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delivering } from './delivering.ts';

describe('report of one message', () => {
  it('tells every receipt of it', async () => {
    const { batch, volley, stdout } = delivering((_, ageMs) => ({
      status: ageMs > 5000 ? 'undelivered' : 'sent',
      ...(ageMs > 5000 && { code: 30003 }),
    }));
    await batch(1, '--wait');
    stdout.length = 0;
    await volley('report', `SM${'1'.padStart(32, '0')}`);
    expect(stdout.slice(1).map((line) => line.replace(/^ +2026-11-23 10:00:\d\d UTC/, ''))).toEqual([
      '  sent  by poll',
      '  undelivered 30003  by poll',
      '  the phone is off or out of reach. Try once more later.',
    ]);
  });
});

describe('what did not get there', () => {
  it('is told by --failed with its reason, and by --csv beside --html', async () => {
    const { batch, volley, stdout, folder, stderr } = delivering((to) => ({
      status: to.endsWith('1') ? 'undelivered' : 'delivered',
      ...(to.endsWith('1') && { code: 30003 }),
    }));
    await batch(3, '--wait');
    stdout.length = 0;
    await volley('report', 'c', '--failed');
    expect(stdout).toEqual([
      expect.stringMatching(/^line 3 {2}✗ undelivered .* to \+1415•••0001 {2}30003 the phone is off/),
    ]);
    stdout.length = 0;
    await volley('report', 'c', '--status', 'undelivered', '--output', 'ndjson');
    await volley('report', 'c', '--status', 'delivered', '--jq', '.messages | length');
    expect([JSON.parse(stdout[0] ?? '').status, stdout[1]]).toEqual(['undelivered', '2']);
    expect(await volley('report', 'c', '--status', 'lost')).toBe(2);
    expect(await volley('report', 'c', '--status', 'delivered', '--failed')).toBe(2);
    const [csv, html] = [join(folder, 'f.csv'), join(folder, 'r.html')];
    await volley('report', 'c', '--failed', '--csv', csv, '--html', html);
    expect(readFileSync(csv, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(readFileSync(csv, 'utf8')).toContain('30003,the phone is off or out of reach,');
    // Twilio gave a code and no words: the report has those of the code.
    stdout.length = 0;
    await volley('report', 'c', '--json');
    const reason = 'the phone is off or out of reach';
    expect(JSON.parse(stdout.join('')).errors).toEqual([{ code: 30003, reason, count: 1 }]);
    stdout.length = 0;
    await volley('report', 'c', '--failed', '--output', 'ndjson', '--json');
    expect(JSON.parse(stdout.join(''))).toMatchObject({ status: 'undelivered', code: 30003, reason });
    expect(readFileSync(html, 'utf8')).toContain('<h1>c</h1>');
    expect(await volley('report', `SM${'1'.padStart(32, '0')}`, '--html', html)).toBe(2);
    expect(stderr.at(-1)).toContain('for campaigns');
  });
});
