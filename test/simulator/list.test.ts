import { describe, expect, it } from 'vitest';
import { start, startAt, viaService } from './rehearsal.ts';

type Client = Awaited<ReturnType<typeof start>>;

/** The bodies of all messages of a list, page by page. */
async function bodiesOf({ call }: Client, path: string, between: () => Promise<unknown> = async () => undefined) {
  const bodies: string[] = [];
  for (let next: string | null = path; next !== null; ) {
    const { body }: Awaited<ReturnType<Client['call']>> = await call('GET', next);
    bodies.push(...body.messages.map((message: { body: string }) => message.body));
    next = body.next_page_uri;
    if (next !== null) await between();
  }
  return bodies;
}

describe('a list', () => {
  it('comes newest first in Twilio’s envelope', async () => {
    const client = await start();
    for (let i = 0; i < 3; i++) await client.create({ Body: String(i) });
    const { body } = await client.call('GET', 'Messages.json?PageSize=2&To=%2B14155550100');
    expect(body.messages.map((message: { body: string }) => message.body)).toEqual(['2', '1']);
    expect(body).toMatchObject({ page: 0, page_size: 2, start: 0, end: 1, previous_page_uri: null });
    const next = (await client.call('GET', body.next_page_uri)).body;
    expect(next).toMatchObject({ page: 1, page_size: 2, start: 2, end: 2, next_page_uri: null });
    expect((await client.call('GET', next.previous_page_uri)).body.messages).toEqual(body.messages);
    expect((await client.call('GET', next.uri)).body.messages).toEqual(next.messages);
  });

  it('does not shift when a message comes between two pages', async () => {
    const client = await start();
    for (let i = 0; i < 5; i++) await client.create({ Body: String(i) });
    const bodies = await bodiesOf(client, 'Messages.json?PageSize=2', () => client.create({ Body: 'later' }));
    expect(bodies).toEqual(['4', '3', '2', '1', '0']);
  });

  it('goes on when the last message of a page is deleted', async () => {
    const { clock, ...client } = await startAt('2026-11-23T10:00:00Z');
    for (let i = 0; i < 5; i++) await client.create({ Body: String(i) });
    clock.now += 60_000;
    const sids = client.simulator.truth().map(({ sid }) => sid);
    const bodies = await bodiesOf(client, 'Messages.json?PageSize=2', () =>
      client.call('DELETE', `Messages/${sids[3]}.json`),
    );
    expect(bodies).toEqual(['4', '3', '2', '1', '0']);
  });

  it.each([
    ['', 50],
    ['?PageSize=7', 7],
    ['?PageSize=5000', 1000],
    ['?PageSize=nonsense', 50],
  ])('has pages: %s gives %i', async (query, size) => {
    const { call } = await start();
    expect((await call('GET', `Messages.json${query}`)).body).toMatchObject({ page_size: size, messages: [] });
  });

  it.each([
    ['To=%2B14155550100', ['service', 'one']],
    ['From=12345', ['two']],
    ['From=%2B15005550006', ['service']],
    ['To=%2B14155550100&From=12345', []],
    ['DateSent=2026-11-23', ['service', 'two', 'one']],
    ['DateSent=2026-11-24', []],
    ['DateSent%3E=2026-11-24', []],
    ['DateSent>=2026-11-23', ['service', 'two', 'one']],
    ['DateSent%3C=2026-11-22', []],
    ['DateSent%3C=2026-11-23&DateSent%3E=2026-11-23', ['service', 'two', 'one']],
    ['Body=nothing&Status=failed', ['service', 'two', 'one']],
  ])('is filtered by %s', async (query, expected) => {
    const { clock, ...client } = await startAt('2026-11-23T10:00:00Z');
    await client.create({ Body: 'one' });
    await client.create({ Body: 'two', To: '+14155550101', From: '12345' });
    await client.call('POST', 'Messages.json', { ...viaService, Body: 'service' });
    clock.now += 60_000;
    expect(await bodiesOf(client, `Messages.json?${query}`)).toEqual(expected);
  });

  it('by day sent leaves out what is not sent, and by sender what has none yet', async () => {
    const { clock: _, ...client } = await startAt('2026-11-23T10:00:00Z');
    await client.create();
    await client.call('POST', 'Messages.json', viaService);
    expect(await bodiesOf(client, 'Messages.json?DateSent=2026-11-23')).toEqual([]);
    expect(await bodiesOf(client, 'Messages.json?From=%2B15005550006')).toEqual([]);
    expect(await bodiesOf(client, 'Messages.json')).toHaveLength(2);
  });

  it('shows only the account in the path', async () => {
    const client = await start();
    await client.create();
    expect((await client.call('GET', `/2010-04-01/Accounts/AC${'c'.repeat(32)}/Messages.json`)).body.messages).toEqual(
      [],
    );
  });
});
