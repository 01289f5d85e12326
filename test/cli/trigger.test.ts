import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { from, type World } from '../context.ts';
import { world } from './volley.ts';

const publicUrl = 'https://example.com/twilio';
const to = '+14155550000';
const sid = `SM${'0'.repeat(31)}1`;

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** A world with a message that was sent, and `volley listen` for it on this machine. */
async function listening(options: World = {}) {
  const made = world({ env: { VOLLEY_CALLBACK_URL: publicUrl }, ...options });
  await made.volley('send', to, 'Hi', '-f', from, '--campaign', 'c', '--quiet');
  const stop = new AbortController();
  const out: string[] = [];
  const context = { ...made.context, signal: stop.signal, out: (line: string) => void out.push(line) };
  const ended = main(['listen', '--port', '0', '--json'], context);
  closing.push(async () => {
    stop.abort();
    await ended;
  });
  await expect.poll(() => out.length).toBe(1);
  const { port } = JSON.parse(out[0] ?? '') as { port: number };
  const trigger = (...argv: string[]) => made.volley('trigger', ...argv, '--url', `http://127.0.0.1:${port}`);
  const told = async (...argv: string[]) => {
    made.stdout.length = 0;
    await made.volley(...argv);
    return made.stdout.join('\n');
  };
  return { ...made, port, trigger, told };
}

describe('trigger', () => {
  it('posts a status of the last message to a number, which the listener takes for Twilio’s', async () => {
    const { trigger, told, stdout, port } = await listening();
    expect(await trigger('sent', '--to', to)).toBe(0);
    expect(stdout.at(-1)).toMatch(
      new RegExp(`^sent  ${sid}  http://127.0.0.1:${port}/twilio\\?m=[0-9a-f]{12}-1 answered 200$`),
    );
    expect(await trigger('undelivered', '--sid', sid, '--code', '30003')).toBe(0);
    expect(JSON.parse(await told('report', 'c', '--output', 'ndjson'))).toMatchObject({
      status: 'undelivered',
      code: 30003,
    });
  });

  it('posts STOP, START and a reply as if the recipient had written them', async () => {
    const { trigger, told } = await listening();
    expect(await trigger('stop', '--to', to, '--json')).toBe(0);
    expect(JSON.parse(await told('opt-out', 'list', '--output', 'ndjson'))).toMatchObject({
      address: to,
      sender: from,
    });
    expect(await trigger('START', '--sid', sid)).toBe(0);
    expect(await told('opt-out', 'list', '--output', 'ndjson')).toBe('');
    await trigger('reply', '--to', to, '--text', 'See you at nine.', '--from', `MG${'a'.repeat(32)}`);
    const { replies } = JSON.parse(await told('replies', '--json')) as { replies: { body: string; to: string }[] };
    expect(replies.map(({ body, to: addressee }) => [body, addressee])).toEqual([
      ['STOP', from],
      ['START', from],
      ['See you at nine.', `MG${'a'.repeat(32)}`],
    ]);
  });

  it('says that it was refused, and why that may be', async () => {
    const { trigger, stdout, stderr } = await listening();
    expect(await trigger('sent', '--to', to, '--public-url', 'https://other.example/twilio')).toBe(3);
    expect([stdout.at(-1), stderr.at(-1)]).toEqual([
      expect.stringMatching(/answered 403$/),
      expect.stringMatching(/^Refused: /),
    ]);
  });

  it('goes to callback_url unless it is told where, and to no other host that nobody has named', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { volley, stderr } = world({ env: { VOLLEY_CALLBACK_URL: `http://localhost:${port}/from/config` } });
    expect(await volley('trigger', 'sent', '--sid', sid)).toBe(0);
    expect(asked).toEqual(['/from/config']);
    for (const url of ['https://example.com/twilio', 'http://192.0.2.1/x', `http://localhost.example.com:${port}/`]) {
      expect(await volley('trigger', 'sent', '--sid', sid, '--url', url)).toBe(2);
      expect(stderr.at(-1)).toContain('--any-host');
    }
    server.close();
    server.closeAllConnections();
    expect(await volley('trigger', 'sent', '--sid', sid, '--url', 'http://127.0.0.1:1')).toBe(5);
    expect(stderr.join('\n')).toMatch(/gave no answer \(ECONNREFUSED\)/);
  });

  it.each<[string, string[], RegExp]>([
    ['whose message is not said', ['sent'], /Whose message\?/],
    ['of nobody in the ledger', ['sent', '--to', '+14155559999'], /No message to this number/],
    ['that is none', ['deliverd', '--to', to], /"deliverd" is no event/],
    ['with a wrong number', ['STOP', '--to', '555'], /--to 555 is not a phone number/],
    ['with a SID that is none', ['sent', '--sid', 'SM1'], /--sid SM1 is not the SID of a message/],
    ['of a reply that says nothing', ['reply', '--to', to], /What do they write\?/],
    ['that is no reply with a text', ['STOP', '--to', to, '--text', 'x'], /--text is what a reply says/],
    ['to nobody', ['STOP', '--to', to], /What do they write to\? --from is missing/],
    [
      'to no address',
      ['sent', '--sid', sid, '--url', 'https://a:b@example.com/'],
      /https:\/\/•••@example\.com\/ has a user name/,
    ],
  ])('refuses an event %s', async (_, argv, message) => {
    const { volley, stderr } = world();
    expect(await volley('trigger', ...argv)).toBe(2);
    expect(stderr[0]).toMatch(message);
  });

  it('needs the auth token, and shows it nowhere', async () => {
    const { volley, stderr } = world({ env: { TWILIO_AUTH_TOKEN: '' } });
    expect([await volley('trigger', 'sent', '--sid', sid), stderr[0]]).toEqual([
      4,
      expect.stringContaining('auth token'),
    ]);
    const { trigger, stdout, stderr: said } = await listening();
    await trigger('sent', '--to', to, '--json');
    expect([...stdout, ...said].join('\n')).not.toContain('canary');
  });
});
