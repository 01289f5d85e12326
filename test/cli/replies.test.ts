import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { InboundMessage } from '../../src/core/outcome/callback.ts';
import { from, recipients } from '../context.ts';
import { world } from './volley.ts';

/** A world in which a campaign went to two, and people answered. */
async function answered(...texts: readonly Partial<InboundMessage>[]) {
  const made = world();
  await made.batch(recipients(2), '--campaign', 'spring', '--quiet');
  const keep = async (more: Partial<InboundMessage>, n: number) => {
    const ledger = await made.context.openLedger(made.ledgerPath);
    const sid = `SM${String(n).padStart(32, '0')}`;
    await ledger.keepReply({ kind: 'inbound', sid, from: '+14155550000', to: from, body: 'Yes', ...more }, true);
    await ledger.close();
  };
  for (const [i, more] of texts.entries()) await keep(more, i + 1);
  made.stdout.length = 0;
  return { ...made, keep };
}

describe('replies', () => {
  it('shows who answered what to which campaign, with numbers masked and nothing that a terminal obeys', async () => {
    const { volley, stdout } = await answered(
      { body: 'Call +14155550000 \u001b[31mnow\u202e' },
      { from: '+14155559999', body: 'who is this?' },
      { body: 'STOP', keyword: 'stop' },
    );
    expect(await volley('replies')).toBe(0);
    expect(stdout.map((line) => line.slice(18))).toEqual([
      '+1415•••0000  spring  Call +1415•••0000 [31mnow',
      '+1415•••9999  no campaign  who is this?',
      '+1415•••0000  spring  STOP  STOP',
    ]);
    stdout.length = 0;
    await volley('replies', 'spring', '--show-pii');
    expect(stdout).toEqual([
      expect.stringMatching(/^2026-11-23 \d\d:00 {2}\+14155550000 {2}spring {2}Call \+14155550000 /),
      expect.stringContaining('STOP'),
    ]);
  });

  it('shows the whole of what somebody wrote', async () => {
    const body = 'Yes, and may I bring my sister? '.repeat(40).trim();
    const { volley, stdout } = await answered({ body });
    await volley('replies');
    expect(stdout[0]).toMatch(new RegExp(`${body.replaceAll('?', '\\?')}$`));
  });

  it.each([
    [true, '"a[31mbc\nd  "'],
    [false, '"a[31mb\u202ec\nd  "'],
  ])('as CSV has nothing that a terminal obeys (a terminal: %s)', async (stdoutIsTty, body) => {
    const made = await answered({ body: 'a\u001b[31mb\u202ec\nd  ' });
    const context = { ...made.context, terminal: { ...made.context.terminal, stdoutIsTty } };
    expect(await main(['replies', '--csv', '-'], context)).toBe(0);
    expect(made.stdout.join('\n')).toContain(`,${body},SM`);
  });

  it('prints one document, or a line each', async () => {
    const { volley, stdout } = await answered({ body: 'Hi\n"you"' }, { from: '+14155559999' });
    expect(await volley('replies', '--json')).toBe(0);
    const [document, ...more] = stdout.map((line) => JSON.parse(line));
    expect([more, document]).toEqual([
      [],
      {
        ...{ schema: 'volley.replies/1', campaign: null },
        replies: [
          {
            ...{ sid: `SM${'0'.repeat(31)}1`, at: '2026-11-23T10:00:00.000Z', from: '+14155550000', to: from },
            ...{ body: 'Hi\n"you"', keyword: null, messageSid: `SM${'0'.repeat(31)}1` },
            campaign: { id: expect.any(String), name: 'spring' },
          },
          expect.objectContaining({ from: '+14155559999', campaign: null, messageSid: null }),
        ],
      },
    ]);
    stdout.length = 0;
    await volley('replies', 'spring', '--output', 'ndjson');
    expect(stdout.map((line) => JSON.parse(line))).toMatchObject([{ from: '+14155550000', body: 'Hi\n"you"' }]);
  });

  it('writes a CSV that a spreadsheet can open, for its user only', async () => {
    const { volley, folder } = await answered({ body: '=HYPERLINK("x")' });
    expect(await volley('replies', 'spring', '--csv', `${folder}/r.csv`)).toBe(0);
    const [head, line] = readFileSync(`${folder}/r.csv`, 'utf8').split('\n');
    expect(head).toBe('date,from,to,campaign,message,keyword,body,sid');
    expect(line).toMatch(
      /^2026-11-23T10:00:00\.000Z,\+14155550000,\+14155600199,spring,SM0+1,,"'=HYPERLINK\(""x""\)",SM0+1$/,
    );
    expect(statSync(`${folder}/r.csv`).mode & 0o777).toBe(0o600);
  });

  it('goes on with those that come, until Ctrl-C', async () => {
    const { context, keep, stdout, clock } = await answered({ body: 'first' });
    const stop = new AbortController();
    let looks = 0;
    const sleep = async () => {
      clock.now += 1000;
      if (++looks === 1) await keep({ body: 'second' }, 2);
      else stop.abort();
    };
    expect(await main(['replies', '--follow'], { ...context, signal: stop.signal, sleep })).toBe(0);
    expect(stdout.map((line) => line.slice(-6).trim())).toEqual(['first', 'second']);
  });

  it('says when nobody has answered, and refuses what it does not know', async () => {
    const { volley, stderr } = await answered();
    expect([await volley('replies'), stderr.at(-1)]).toEqual([0, expect.stringContaining('Nobody has answered yet.')]);
    expect([await volley('replies', 'autumn'), stderr.at(-2)]).toEqual([2, 'error: There is no campaign autumn.']);
    expect(await volley('replies', '--follow', '--csv', 'x.csv')).toBe(2);
  });

  it('are asked about and forgotten by purge', async () => {
    const { volley, clock, stdout, stderr } = await answered({}, {});
    clock.now += 40 * 86_400_000;
    expect(await volley('purge', '--older-than', '30d')).toBe(2);
    expect(stderr.at(-1)).toContain('--yes');
    await volley('purge', '--older-than', '30d', '--yes');
    expect(stdout.at(-1)).toBe('4 messages purged.');
    await volley('replies');
    expect(stderr.at(-1)).toContain('Nobody has answered yet.');
  });
});
