import { describe, expect, it } from 'vitest';
import { recipients, type World } from '../context.ts';
import { world } from './volley.ts';

/** Three campaigns: spring-sale, spring-test and, the last, autumn; one message each. */
async function campaigns(options: World = {}) {
  const made = world(options);
  for (const name of ['spring-sale', 'spring-test', 'autumn']) {
    await made.batch(recipients(1), '--campaign', name, '--quiet');
    made.clock.now += 60_000;
  }
  await made.volley('report', 'spring-test', '--json');
  const { campaign } = JSON.parse(made.stdout.splice(0).join('')) as { campaign: { id: string } };
  await made.volley('report', 'autumn', '--output', 'ndjson');
  const { sid } = JSON.parse(made.stdout.splice(0).join('')) as { sid: string };
  made.stderr.length = 0;
  const named = async (...argv: string[]) => {
    const code = await made.volley(...argv, '--json');
    const out = made.stdout.splice(0).join('');
    const found: unknown = out === '' ? undefined : JSON.parse(out).campaign;
    const name = typeof found === 'string' ? found : (found as { name: string } | undefined)?.name;
    return { code, name, said: made.stderr.splice(0).join('\n') };
  };
  return { ...made, id: campaign.id, sid, named };
}

describe('a message', () => {
  const sids = ['SM1234b', 'SM1234c', 'SMbeef'].map((beginning) => beginning.padEnd(34, '0'));

  const asked = async () => {
    const made = await campaigns({
      script: (_request, _attempt, n) => ({ kind: 'accepted', sid: sids[n - 1] ?? '', status: 'queued', segments: 1 }),
    });
    const message = async (...argv: string[]) => {
      const code = await made.volley(...argv, '--json');
      const out = made.stdout.splice(0).join('');
      return { code, sid: out === '' ? undefined : JSON.parse(out).sid, said: made.stderr.splice(0).join('\n') };
    };
    return { ...made, message };
  };

  it('is meant by its SID and by how that begins, where no other begins so', async () => {
    const { message, named, sid, batch } = await asked();
    for (const word of [sid, 'SMbeef', 'SMbeef0000']) {
      expect(await message('report', word)).toMatchObject({ code: 0, sid });
      expect((await message('recall', word)).said).toContain(`volley messages cancel ${sid}`);
      expect(await named('resume', word)).toMatchObject({ code: 0, name: 'autumn' });
    }
    const several = new RegExp(`Several messages begin with SM1234.*Name one: ${sids[0]}, ${sids[1]}`);
    for (const [line, ...flags] of [
      ...[['report'], ['track'], ['recall'], ['messages get']],
      ...[['feedback', '--outcome=confirmed'], ['trigger sent --sid']],
    ]) {
      const { code, said } = await message(...(line ?? '').split(' '), 'SM1234', ...flags);
      expect([line, code, said]).toEqual([line, 2, expect.stringMatching(several)]);
    }
    await batch(recipients(1), '--campaign', 'SMbeef-list', '--quiet', '--again');
    expect(await named('report', 'SMbeef')).toMatchObject({ name: 'SMbeef-list' });
  });

  it('is not guessed from a beginning that is none, or too short', async () => {
    const { message } = await asked();
    expect((await message('report', 'SM00ff')).said).toMatch(/no campaign SM00ff, and no message that begins so/);
    expect((await message('messages', 'get', 'SM00ff')).said).toMatch(/No message in the ledger begins with SM00ff/);
    expect((await message('messages', 'get', 'SM0')).said).toMatch(/SM0 is not the SID of a message/);
    expect((await message('trigger', 'sent', '--sid', 'SM0')).said).toMatch(/SM0 is not the SID of a message/);
  });
});

describe('a campaign', () => {
  it.each([
    ['its name', () => 'spring-sale', 'spring-sale'],
    ['its id', ({ id }: { id: string }) => id, 'spring-test'],
    ['the beginning of its name', () => 'spring-s', 'spring-sale'],
    ['the beginning of its id', ({ id }: { id: string }) => id.slice(0, 6), 'spring-test'],
    ['last', () => 'last', 'autumn'],
  ])('is meant by %s, whatever is asked of it', async (_, of, expected) => {
    const made = await campaigns();
    const word = of(made);
    for (const verb of ['report', 'resume', 'reconcile', 'verify', 'watch', 'recall']) {
      expect([verb, (await made.named(verb, word)).name]).toEqual([verb, expected]);
    }
  });

  it('is meant by the SID of one of its messages, but not for a recall', async () => {
    const { named, sid } = await campaigns();
    expect(await named('resume', sid)).toMatchObject({ code: 0, name: 'autumn' });
    const recalled = await named('recall', sid);
    expect(recalled.code).toBe(2);
    expect(recalled.said).toContain(`volley messages cancel ${sid}`);
  });

  it('is the last one when report is given none', async () => {
    const { named } = await campaigns();
    expect(await named('report')).toMatchObject({ code: 0, name: 'autumn' });
  });

  it('is not the last one where one is called so', async () => {
    const { named, batch } = await campaigns();
    await batch(recipients(1), '--campaign', 'last', '--quiet', '--again');
    await batch(recipients(1), '--campaign', 'newer', '--quiet', '--again');
    expect(await named('report', 'last')).toMatchObject({ name: 'last' });
    expect(await named('report')).toMatchObject({ name: 'newer' });
  });

  it.each([
    ['spring', /Several campaigns begin with spring\..*Name one: spring-test, spring-sale/],
    ['atumn', /There is no campaign atumn\..*Did you mean autumn\?/],
    ['zzz', /There is no campaign zzz\..*See them all: volley campaigns/],
    [`SM${'0'.repeat(31)}f`, /There is no message SM0+f in the ledger.*volley messages get SM0+f/],
  ])('is not guessed from %s', async (word, said) => {
    const { named } = await campaigns();
    for (const verb of ['report', 'resume', 'watch']) {
      expect(await named(verb, word)).toMatchObject({ code: 2, said: expect.stringMatching(said) });
    }
  });

  it('is none before anything was sent', async () => {
    const { volley, stderr } = world();
    expect(await volley('report')).toBe(2);
    expect(stderr.join('\n')).toMatch(/Nothing has been sent yet/);
  });
});
