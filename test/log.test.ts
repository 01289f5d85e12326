import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.ts';
import { run } from './cli/volley.ts';
import { from, recipients, testContext } from './context.ts';

describe('--log-file', () => {
  it('keeps each attempt as a line of JSON, without numbers and texts', async () => {
    const made = testContext({
      script: ({ to }) =>
        to.endsWith('2') ? { kind: 'rejected', code: 21211, reason: `${to} is no number` } : undefined,
    });
    const list = made.file('list.csv', recipients(3));
    const argv = [
      'batch',
      list,
      '--campaign',
      'c',
      '--from',
      from,
      '--body',
      'Hi you',
      '--yes',
      '--log-file',
      'log.ndjson',
    ];
    expect(await main(argv, made.context)).toBe(3);
    const path = join(made.folder, 'log.ndjson');
    const text = readFileSync(path, 'utf8');
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(['start', 'attempt', 'attempt', 'attempt', 'report', 'end']);
    expect(events.filter(({ result }) => result === 'rejected')).toMatchObject([
      { code: 21211, reason: expect.stringContaining('•••') },
    ]);
    expect(events.at(-2)).toMatchObject({ campaign: 'c', counts: { accepted: 2, rejected: 1 } });
    for (const { to } of made.sent) expect(text).not.toContain(to.slice(1));
    await main(
      ['send', '--to', '+14155550188', '--from', from, '--body', 'Hi', '--log-file', path, '--show-pii'],
      made.context,
    );
    expect(readFileSync(path, 'utf8')).toContain('+14155550188');
    expect(text).not.toContain('Hi you');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is refused before anything is sent when it cannot be written', async () => {
    const { code, said, sent } = await run([
      'send',
      '--to',
      '+14155550101',
      '--from',
      from,
      '--body',
      'Hi',
      '--log-file',
      'no/such/log',
    ]);
    expect([code, sent]).toEqual([2, []]);
    expect(said).toContain('Cannot write the log');
  });

  it('keeps how a run failed', async () => {
    const made = testContext();
    await main(['report', 'nothing', '--log-file', 'log'], made.context);
    expect(readFileSync(join(made.folder, 'log'), 'utf8')).toMatch(
      /"event":"error","code":"usage","message":".*nothing/,
    );
  });
});
