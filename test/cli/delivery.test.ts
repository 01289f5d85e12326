import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { MessageRecord, Provider } from '../../src/provider/provider.ts';
import { from, recipients, testContext } from '../context.ts';

/** A world whose Twilio delivers as `statusOf` says, by the time that has passed in milliseconds. */
function world(statusOf: (to: string, ageMs: number) => Partial<MessageRecord>) {
  const made = testContext();
  const asked: string[] = [];
  const startedAt = made.clock.now;
  const connect: typeof made.context.connect = async (options) => {
    const provider = await made.context.connect(options);
    const record = (n: number): MessageRecord => ({
      sid: `SM${n.toString(16).padStart(32, '0')}`,
      ...{ to: made.sent[n - 1]?.to ?? '', from, messagingServiceSid: null, direction: 'outbound-api', body: 'Hi' },
      ...{ status: 'queued', createdAt: startedAt },
      ...statusOf(made.sent[n - 1]?.to ?? '', made.clock.now - startedAt),
    });
    const all = () => made.sent.map((_, i) => record(i + 1)).reverse();
    const tracking: Partial<Provider> = {
      fetch: async (sid) => {
        asked.push(sid);
        return all().find((found) => found.sid === sid);
      },
      recent: async (page = '0') => {
        asked.push(`page ${page}`);
        const start = Number(page);
        const messages = all().slice(start, start + 4);
        return { ok: true, messages, ...(start + 4 < made.sent.length && { next: String(start + 4) }) };
      },
    };
    return { ...provider, ...tracking };
  };
  const volley = (...argv: string[]) => main(argv, { ...made.context, connect });
  const batch = (count: number, ...argv: string[]) =>
    volley(
      'batch',
      made.file('l.csv', recipients(count)),
      '--from',
      from,
      '--body',
      'Hi',
      '--yes',
      '--campaign',
      'c',
      ...argv,
    );
  const report = async () => {
    await volley('report', 'c', '--json');
    return JSON.parse(made.stdout.at(-1) ?? '') as { statuses: object; errors: object[]; cost: object };
  };
  return { ...made, volley, batch, report, asked };
}

const delivered = (after: number) => (_: string, ageMs: number) => ({ status: ageMs >= after ? 'delivered' : 'sent' });

describe('report of one message', () => {
  it('tells every receipt of it', async () => {
    const { batch, volley, stdout } = world((_, ageMs) => ({
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
    const { batch, volley, stdout, folder, stderr } = world((to) => ({
      status: to.endsWith('1') ? 'undelivered' : 'delivered',
      ...(to.endsWith('1') && { code: 30003 }),
    }));
    await batch(3, '--wait');
    stdout.length = 0;
    await volley('report', 'c', '--failed');
    expect(stdout).toEqual([
      expect.stringMatching(/^line 3 {2}✗ undelivered .* to \+1415•••0001 {2}30003 the phone is off/),
    ]);
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

describe('purge', () => {
  it('asks, forgets what is old enough, and says how much', async () => {
    const { batch, volley, stdout, stderr, clock } = world(delivered(0));
    await batch(3);
    clock.now += 31 * 86_400_000;
    expect(await volley('purge', '--older-than', '30d')).toBe(2);
    expect(stderr.at(-1)).toContain('--yes');
    await volley('purge', '--older-than', '30d', '--dry-run');
    expect(stdout.at(-1)).toBe('3 messages would be purged.');
    expect(await volley('purge', '--older-than', '30d', '--yes')).toBe(0);
    expect(stdout.at(-1)).toBe('3 messages purged.');
    await volley('report', 'c', '--csv', '-');
    expect(stdout.at(-1)).toMatch(/^4,purged-[0-9a-f]{24},.*,,,1,$/);
    stdout.length = 0;
    // The same list again: everyone is known still.
    expect([await batch(3), stdout.join('\n')]).toEqual([0, expect.stringMatching(/accepted +3/)]);
  });

  it('wants to know how old', async () => {
    const { volley, stderr } = world(delivered(0));
    expect(await volley('purge', '--older-than', 'old')).toBe(2);
    expect(stderr[0]).toContain('--older-than old must be a time');
  });
});

describe('a text that is not to be kept', () => {
  it.each<[string, readonly string[], string]>([
    ['by a flag', ['--no-store-body'], ''],
    ['by the config', [], 'store_body = false'],
  ])('is gone once it is sent, %s', async (_, flags, config) => {
    const { batch, volley, file, stdout, sent } = world(delivered(0));
    file('volley.toml', config);
    await batch(1, ...flags);
    expect(sent[0]?.body).toBe('Hi');
    stdout.length = 0;
    await volley('report', 'c', '--csv', '-');
    expect(stdout[1]).not.toContain('Hi');
  });
});

describe('track', () => {
  it('asks by pages until every message has its end, and no longer', async () => {
    const { batch, volley, report, asked, stderr } = world(delivered(5000));
    await batch(10);
    expect(await volley('track', 'c')).toBe(0);
    expect(asked.slice(0, 3)).toEqual(['page 0', 'page 4', 'page 8']);
    expect((await report()).statuses).toEqual({ delivered: 10 });
    expect(stderr.join('\n')).toMatch(/sent 10; 10 still on their way\ndelivered 10/);
    const before = asked.length;
    expect(await volley('track', 'c')).toBe(0);
    expect(asked).toHaveLength(before);
  });

  it('asks for a few messages one by one', async () => {
    const { batch, volley, asked } = world(delivered(0));
    await batch(2);
    await volley('track', 'c');
    expect(asked).toEqual([1, 2].map((n) => `SM${String(n).padStart(32, '0')}`));
  });

  it('ends with 8 when time is up, and with 3 when some were not delivered, with the reason', async () => {
    const { batch, volley, report } = world((to, ageMs) => {
      if (to.endsWith('3')) return { status: 'undelivered', code: 30005, price: 0.01, segments: 2 };
      return { status: ageMs > 60_000 ? 'delivered' : 'sent' };
    });
    await batch(6);
    expect(await volley('track', 'c', '--for', '10s')).toBe(8);
    expect(await volley('track', 'c', '--for', '5m')).toBe(3);
    expect(await report()).toMatchObject({
      statuses: { delivered: 5, undelivered: 1 },
      errors: [{ code: 30005, count: 1 }],
    });
  });

  it('keeps the last word when an earlier one comes late', async () => {
    const { batch, volley, report } = world((_, ageMs) => ({ status: ageMs < 3000 ? 'delivered' : 'queued' }));
    await batch(2);
    await volley('track', 'c');
    await volley('track', 'c');
    expect((await report()).statuses).toEqual({ delivered: 2 });
  });

  it('suppresses who turns out to be out of reach for good', async () => {
    const { batch, volley, sent, stdout } = world((to) => ({ status: 'undelivered', ...(to && { code: 30006 }) }));
    await batch(1);
    await volley('track', 'c');
    await batch(1, '--again', '--campaign', 'd');
    expect(sent).toHaveLength(1);
    await volley('opt-out', 'list', '--json');
    expect(JSON.parse(stdout.at(-1) ?? '')).toMatchObject({ source: '30006', sender: from });
  });

  it('shows one message by its SID', async () => {
    const { batch, volley, stdout } = world(delivered(0));
    await batch(1);
    expect(await volley('track', `SM${'1'.padStart(32, '0')}`)).toBe(0);
    expect(stdout.at(-1)).toMatch(/accepted.*delivered/);
    expect(await volley('track', 'nothing')).toBe(2);
  });

  it('follows a run at once with --wait', async () => {
    const { batch, report } = world(delivered(20_000));
    expect(await batch(7, '--wait')).toBe(0);
    expect((await report()).statuses).toEqual({ delivered: 7 });
    const late = world(delivered(900_000));
    expect(await late.batch(1, '--wait', '--for', '30s')).toBe(8);
  });
});

describe('feedback', () => {
  const sid = (n: number) => `SM${String(n).padStart(32, '0')}`;
  const given = async (...argv: string[]) => {
    const made = testContext();
    const told: string[] = [];
    const connect: typeof made.context.connect = async (options) => ({
      ...(await made.context.connect(options)),
      feedback: async (id, outcome) =>
        id.endsWith('9') ? '20404: not found' : void told.push(`${id.at(-1)} ${outcome}`),
    });
    const volley = (...args: string[]) => main(args, { ...made.context, connect });
    await volley('send', '--to', '+14155550101', '--from', from, '--body', 'x', '--provide-feedback', 'true');
    await volley('send', '--to', '+14155550102', '--from', from, '--body', 'x');
    const file = made.file(
      'outcomes.csv',
      `sid,outcome\n${sid(1)},confirmed\n${sid(9)},confirmed\nx,confirmed\n${sid(1)},maybe\n`,
    );
    const code = await volley('feedback', ...argv.map((arg) => (arg === 'FILE' ? file : arg)));
    return { code, told, said: [...made.stdout, ...made.stderr].join('\n') };
  };

  it('is told to Twilio', async () => {
    expect(await given(sid(1), '--outcome', 'confirmed')).toMatchObject({ code: 0, told: ['1 confirmed'] });
  });

  it('is refused where the message was not sent for it', async () => {
    const { code, told, said } = await given(sid(2), '--outcome', 'confirmed');
    expect([code, told]).toEqual([6, []]);
    expect(said).toMatch(/sent without --provide-feedback true/);
    expect((await given(sid(9), '--outcome', 'confirmed')).said).toMatch(/Twilio knows no such message/);
    expect((await given(sid(1))).said).toMatch(/Which outcome/);
  });

  it('is read from a file, each fault with its line', async () => {
    const { code, told, said } = await given('FILE');
    expect([code, told]).toEqual([3, ['1 confirmed']]);
    expect(said).toMatch(
      /1 outcome told, 3 not[\s\S]*line 3: Twilio knows[\s\S]*line 4: "x" is not[\s\S]*line 5: "maybe" must be/,
    );
  });
});

describe('explain', () => {
  it.each([
    ['30007', 0, /filtered by the carrier[\s\S]*errors\/30007/],
    ['21610', 0, /opted out[\s\S]*does not text this recipient/],
    ['99999', 2, /does not know this code[\s\S]*errors\/99999/],
    ['Ada', 2, /is not an error code/],
  ])('%s', async (code, exitCode, said) => {
    const { context, stdout, stderr } = testContext();
    expect(await main(['explain', code], context)).toBe(exitCode);
    expect([...stdout, ...stderr].join('\n')).toMatch(said);
  });
});
