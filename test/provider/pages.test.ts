import { describe, expect, it } from 'vitest';
import { CliError } from '../../src/errors.ts';
import { listedMessages, pagesOf } from '../../src/provider/pages.ts';
import type { MessagePage } from '../../src/provider/provider.ts';
import { toRecord } from '../../src/provider/twilio/record.ts';

/** A message created at a second since 1970. */
const message = (second: number) =>
  toRecord({ sid: `SM${second}`, date_created: new Date(second * 1000).toUTCString(), status: 'sent' });

/** Pages of an account, by the seconds at which their messages were created; `asked` is which of them were read. */
function account(...pages: (readonly number[] | 'fails')[]) {
  const asked: number[] = [];
  const read = async (next = '0'): Promise<MessagePage> => {
    const n = Number(next);
    asked.push(n);
    const page = pages[n] ?? 'fails';
    if (page === 'fails') return { ok: false, reason: 'HTTP 500' };
    return { ok: true, messages: page.map(message), ...(n + 1 < pages.length && { next: String(n + 1) }) };
  };
  return { asked, read };
}

describe('pages', () => {
  it.each<[string, Parameters<typeof account>, number | undefined, readonly number[]]>([
    ['all of them', [[9, 8], [7, 6], [5]], undefined, [0, 1, 2]],
    ['none after one that ends before a time', [[9, 8], [7, 6], [5]], 7, [0, 1]],
    ['one more after one that ends at that time', [[9, 8], [7], [5]], 7, [0, 1, 2]],
    ['what is behind an empty one', [[9, 8], [], [7]], 7, [0, 1, 2]],
    ['none after one that fails', [[9, 8], 'fails', [5]], undefined, [0, 1]],
  ])('are read: %s', async (_, pages, second, wanted) => {
    const { asked, read } = account(...pages);
    const kinds: boolean[] = [];
    for await (const { ok } of pagesOf(read, second === undefined ? undefined : second * 1000)) kinds.push(ok);
    expect(asked).toEqual(wanted);
    expect(kinds).toEqual(wanted.map((n) => pages[n] !== 'fails'));
  });

  it('are not asked for before they are needed', async () => {
    const { asked, read } = account([9, 8], [7, 6]);
    for await (const { sid } of listedMessages({ recent: read })) if (sid === 'SM8') break;
    expect(asked).toEqual([0]);
  });
});

it('gives every message, of the account and by the filter that were asked for', async () => {
  const { read } = account([9, 8], [7]);
  const questions: unknown[] = [];
  const provider = {
    recent: (page: string | undefined, ...rest: unknown[]) => {
      questions.push([page, ...rest]);
      return read(page);
    },
  };
  const sids: string[] = [];
  for await (const { sid } of listedMessages(provider, { accountSid: 'AC2', filter: { to: '+1' } })) sids.push(sid);
  expect(sids).toEqual(['SM9', 'SM8', 'SM7']);
  expect(questions).toEqual([
    [undefined, 'AC2', { to: '+1' }],
    ['1', 'AC2', { to: '+1' }],
  ]);
});

it('throws when a page cannot be read', async () => {
  const { read } = account([9], 'fails');
  const all = listedMessages({ recent: read });
  expect((await all.next()).value.sid).toBe('SM9');
  await expect(all.next()).rejects.toThrow(new CliError('unreachable', "Twilio's list cannot be read (HTTP 500)."));
});
