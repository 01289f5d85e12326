import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress, mediaChecker } from '../../src/campaign/check-media.ts';
import { main } from '../../src/cli/main.ts';
import { mediaProblem } from '../../src/core/request/media.ts';
import { from, testContext } from '../context.ts';

const methods: string[] = [];
let [atOnce, mostAtOnce] = [0, 0];
const server = createServer((request, response) => {
  methods.push(`${request.method} ${request.url}`);
  mostAtOnce = Math.max(mostAtOnce, ++atOnce);
  response.once('close', () => atOnce--);
  if (request.url?.startsWith('/late.png')) {
    setTimeout(() => response.writeHead(200, { 'content-type': 'image/png', 'content-length': '9' }).end(), 5);
    return;
  }
  if (request.url === '/slow') return;
  const heads: Record<string, [number, Record<string, string>]> = {
    '/a.png': [200, { 'content-type': 'image/png', 'content-length': '4000000' }],
    '/big.png': [200, { 'content-type': 'image/png', 'content-length': '6000000' }],
    '/moved': [301, { location: '/a.png' }],
  };
  const [status, headers] = heads[request.url ?? ''] ?? [404, {}];
  response.writeHead(status, headers).end();
});
let base = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a look at media', () => {
  it.each([
    ['/a.png', undefined],
    ['/big.png', expect.stringContaining('6.0 MB')],
    ['/moved', expect.stringContaining('redirect')],
    ['/none', 'answers HTTP 404'],
    ['/slow', 'cannot be fetched (ETIMEDOUT)'],
  ])('at %s says %s', async (path, problem) => {
    const check = await mediaChecker(() => true);
    expect(await check(base + path)).toEqual(problem);
  });

  it('is by name as well as by number, also where a name has several addresses', async () => {
    const check = await mediaChecker(() => true);
    expect(await check(`${base.replace('127.0.0.1', 'localhost')}/a.png`)).toBeUndefined();
    const onlyIpv4 = await mediaChecker((address) => address === '127.0.0.1');
    expect(await onlyIpv4(`${base.replace('127.0.0.1', 'localhost')}/a.png`)).toBeUndefined();
  });

  it('has few connections at once, however many addresses there are', async () => {
    mostAtOnce = 0;
    const check = await mediaChecker(() => true);
    const problems = await Promise.all(Array.from({ length: 300 }, (_, i) => check(`${base}/late.png?${i}`)));
    expect([new Set(problems), mostAtOnce]).toEqual([new Set([undefined]), 16]);
  });

  it('asks once for each address, with HEAD', async () => {
    methods.length = 0;
    const check = await mediaChecker(() => true);
    await Promise.all([check(`${base}/a.png`), check(`${base}/a.png`), check(`${base}/big.png`)]);
    expect(methods.sort()).toEqual(['HEAD /a.png', 'HEAD /big.png']);
  });

  it('never knocks at a machine that is not public, by number or by name', async () => {
    methods.length = 0;
    const check = await mediaChecker();
    expect(await check(`${base}/a.png`)).toBe('is not on the public internet');
    expect(await check(`${base.replace('127.0.0.1', 'localhost')}/a.png`)).toBe('is not on the public internet');
    expect(methods).toEqual([]);
  });

  it('is asked for by --check-media, and makes the row invalid', async () => {
    const { context, file, stdout } = testContext();
    const list = file('list.csv', `to,media_url\n+14155550100,${base}/a.png\n`);
    expect(await main(['check', list, '--from', from, '--body', 'Hi', '--check-media'], context)).toBe(3);
    expect(stdout.join('\n')).toMatch(/line 2 +media_url .* is not on the public\s+internet/);
    expect(await main(['check', list, '--from', from, '--body', 'Hi'], context)).toBe(0);
  });
});

it.each([
  ['8.8.8.8', true],
  ['2001:4860:4860::8888', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.31.255.255', false],
  ['192.168.0.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['::ffff:127.0.0.1', false],
  ['64:ff9b::7f00:1', false],
  ['nonsense', false],
])('%s public: %s', (address, isPublic) => expect(isPublicAddress(address)).toBe(isPublic));

it.each([
  [{ status: 200, type: 'image/jpeg', bytes: 5_000_000 }, undefined],
  [{ status: 200, type: 'image/jpeg', bytes: 5_000_001 }, /5 MB/],
  [{ status: 200, type: 'application/pdf; x=y', bytes: 500_000 }, undefined],
  [{ status: 200, type: 'application/pdf', bytes: 500_001 }, /0.5 MB/],
  [{ status: 200, type: 'image/png', bytes: undefined }, undefined],
  [{ status: 200, type: undefined, bytes: 1 }, /no content type/],
  [{ status: 200, type: 'text/html', bytes: 1 }, /web page/],
  [{ status: 302, type: 'image/png', bytes: 1 }, /redirect/],
  [{ status: 403, type: 'image/png', bytes: 1 }, /HTTP 403/],
])('%j', (head, problem) => {
  const found = mediaProblem(head);
  if (problem) expect(found).toMatch(problem);
  else expect(found).toBeUndefined();
});
