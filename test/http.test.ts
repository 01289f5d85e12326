import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HttpClient, type HttpOptions, httpClient } from '../src/http.ts';
import { loopbackTls } from './loopback-tls.ts';

let closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

function clientOf(options: Partial<HttpOptions> = {}): HttpClient {
  const client = httpClient({ timeoutMs: 1000, ...options });
  closing.push(client.close);
  return client;
}

/** A server; `connections` is how many were made to it, `open` how many there are. */
async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  const count = { made: 0, open: 0 };
  server.on('connection', (socket) => {
    count.made++;
    count.open++;
    socket.on('close', () => count.open--);
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`,
    connections: () => count.made,
    open: () => count.open,
  };
}

/** A server that knows no HTTP. */
async function serveSockets(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createTcpServer((socket) => {
    closing.push(() => socket.destroy());
    socket.on('error', () => undefined);
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const post = (url: string, more: object = {}) => ({ method: 'POST', url, body: 'To=1', ...more }) as const;

describe('an answer', () => {
  it.each([200, 201, 204, 302, 404, 429, 503])('is one whatever its status is: %i', async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status, { location: '/y', 'x-a': 'b' }).end());
    const answer = await clientOf().request(post(url));
    expect(answer).toMatchObject({ kind: 'answer', status, headers: { 'x-a': 'b' }, body: Buffer.alloc(0) });
  });

  it('is that of one request with all that was given, and no redirect is followed', async () => {
    const seen: unknown[] = [];
    const { url } = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { host: _, connection: __, ...headers } = request.headers;
      seen.push([request.method, request.url, headers, Buffer.concat(chunks).toString()]);
      response.writeHead(307, { location: '/elsewhere' }).end('moved');
    });
    const client = clientOf({ headers: { accept: 'a/b' }, authorization: 'Basic secret' });
    const answer = await client.request(post(url, { headers: { 'content-type': 'c/d' }, body: 'B=é' }));
    expect(answer).toMatchObject({ status: 307, body: Buffer.from('moved') });
    await client.request(post(url, { headers: { 'content-type': 'c/d' }, body: 'B=longer' }));
    await client.request({ method: 'GET', url });
    await client.request({ method: 'DELETE', url });
    const always = {
      'user-agent': 'volley',
      'accept-encoding': 'identity',
      accept: 'a/b',
      authorization: 'Basic secret',
    };
    expect(seen).toEqual([
      ['POST', '/x', { ...always, 'content-type': 'c/d', 'content-length': '4' }, 'B=é'],
      ['POST', '/x', { ...always, 'content-type': 'c/d', 'content-length': '8' }, 'B=longer'],
      ['GET', '/x', always, ''],
      ['DELETE', '/x', always, ''],
    ]);
  });

  it.each<[string, (body: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('that comes packed all the same is unpacked: %s', async (encoding, pack) => {
    const { url } = await serve((_, response) =>
      response.writeHead(201, { 'content-encoding': encoding }).end(pack(Buffer.from('{"sid":1}'))),
    );
    expect(await clientOf().request(post(url))).toMatchObject({ status: 201, body: Buffer.from('{"sid":1}') });
  });

  it('to HEAD may tell of a body of any length, which does not come', async () => {
    const { url } = await serve((_, response) => response.writeHead(200, { 'content-length': String(10 ** 12) }).end());
    expect(await clientOf().request({ method: 'HEAD', url })).toMatchObject({ kind: 'answer', status: 200 });
  });

  it('that comes before the request is read whole counts', async () => {
    const { url } = await serve((_, response) => response.writeHead(413).end('too much'));
    const answer = await clientOf().request(post(url, { body: 'x'.repeat(8_000_000) }));
    expect(answer).toMatchObject({ kind: 'answer', status: 413 });
  });
});

describe('an answer that is too long', () => {
  const tooLong = { kind: 'no-answer', reason: 'an answer far too long' };
  const chunk = Buffer.alloc(1000, ' ');

  /** Writes until nobody takes it any more; `written` says how much that was. */
  function endless() {
    const sent = { bytes: 0, isCutOff: false };
    const listener: RequestListener = (_, response) => {
      response.on('close', () => (sent.isCutOff = true));
      response.writeHead(201);
      const more = (): void => {
        for (let room = true; room && !response.destroyed; sent.bytes += chunk.length) room = response.write(chunk);
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    return { sent, listener };
  }

  it('is cut off in the middle, while it comes', async () => {
    const { sent, listener } = endless();
    const { url } = await serve(listener);
    expect(await clientOf({ timeoutMs: 20_000 }).request(post(url, { maxBytes: 100_000 }))).toEqual(tooLong);
    await expect.poll(() => sent.isCutOff).toBe(true);
    // What fits into the buffers of both sides is lost, and no more.
    expect(sent.bytes).toBeLessThan(20_000_000);
  });

  it('is not read when it says so itself', async () => {
    const { url } = await serve((_, response) => void response.writeHead(201, { 'content-length': '101' }).write('{'));
    expect(await clientOf().request(post(url, { maxBytes: 100 }))).toEqual(tooLong);
  });

  it('is too long as well when it becomes so by being unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url } = await serve((_, response) => response.writeHead(201, { 'content-encoding': 'gzip' }).end(bomb));
    expect(await clientOf({ timeoutMs: 20_000 }).request(post(url))).toEqual(tooLong);
  });

  it('is not when it is exactly as long as it may be', async () => {
    const { url } = await serve((_, response) => response.writeHead(201).end('x'.repeat(100)));
    expect(await clientOf().request(post(url, { maxBytes: 100 }))).toMatchObject({ kind: 'answer' });
    expect(await clientOf().request(post(url, { maxBytes: 99 }))).toEqual(tooLong);
  });
});

describe('a request without an answer may have been acted upon', () => {
  const begin = (response: ServerResponse, headers: Record<string, string> = {}) => {
    response.writeHead(201, { 'content-type': 'application/json', ...headers }).write('{"sid":');
  };

  it.each<[string, string, RequestListener]>([
    ['the connection is reset before it was answered', 'ECONNRESET', (request) => request.socket.resetAndDestroy()],
    ['the connection is closed before it was answered', 'ECONNRESET', (request) => request.socket.end()],
    [
      'the server closes in the middle of the body',
      'ECONNRESET',
      (request, response) => {
        begin(response, { 'content-length': '100' });
        setTimeout(() => request.socket.end(), 20);
      },
    ],
    [
      'the connection is reset in the middle of the body',
      'ECONNRESET',
      (request, response) => {
        begin(response);
        setTimeout(() => request.socket.resetAndDestroy(), 20);
      },
    ],
    ['no answer comes', 'ETIMEDOUT', () => undefined],
    ['the answer never ends', 'ETIMEDOUT', (_, response) => begin(response)],
    [
      'the answer dribbles',
      'ETIMEDOUT',
      (_, response) => {
        begin(response);
        const dribble = setInterval(() => response.write(' '), 20);
        closing.push(() => clearInterval(dribble));
      },
    ],
    [
      'it is packed and torn',
      'Z_BUF_ERROR',
      (_, response) => response.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync('{}').subarray(0, 12)),
    ],
  ])('when %s', async (_, reason, listener) => {
    const { url } = await serve(listener);
    expect(await clientOf({ timeoutMs: 300 }).request(post(url))).toEqual({ kind: 'no-answer', reason });
  });

  it('when the connection was kept, and is reset', async () => {
    let count = 0;
    const { url, connections } = await serve((request, response) => {
      if (++count === 1) response.end();
      else request.socket.resetAndDestroy();
    });
    const client = clientOf();
    expect(await client.request(post(url))).toMatchObject({ kind: 'answer' });
    expect(await client.request(post(url))).toEqual({ kind: 'no-answer', reason: 'ECONNRESET' });
    expect(connections()).toBe(1);
  });

  it('when the answer is no HTTP', async () => {
    const port = await serveSockets((socket) => socket.once('data', () => socket.end('what?\r\n\r\n')));
    const answer = await clientOf().request(post(`http://127.0.0.1:${port}/`));
    expect(answer).toEqual({ kind: 'no-answer', reason: 'HPE_INVALID_CONSTANT' });
  });

  it('when the server changes to another protocol', async () => {
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    const port = await serveSockets((socket) => socket.once('data', () => socket.write(upgrade)));
    const answer = await clientOf({ timeoutMs: 300 }).request(post(`http://127.0.0.1:${port}/`));
    expect(answer).toEqual({ kind: 'no-answer', reason: 'an answer in another protocol' });
  });

  it('when we cut it off', async () => {
    const client = clientOf();
    const { url } = await serve(() => client.close());
    expect(await client.request(post(url))).toEqual({ kind: 'no-answer', reason: 'ECONNRESET' });
  });
});

describe('a request was certainly not sent', () => {
  it('when nobody listens', async () => {
    const answer = await clientOf().request(post('http://127.0.0.1:1/'));
    expect(answer).toEqual({ kind: 'not-sent', reason: 'ECONNREFUSED' });
  });

  it('when its host cannot be looked up, or not in time', async () => {
    const lost = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    const unknown = clientOf({ lookup: (_, __, callback) => callback(lost, '', 4) });
    expect(await unknown.request(post('http://h.invalid/'))).toEqual({ kind: 'not-sent', reason: 'ENOTFOUND' });
    const silent = clientOf({ timeoutMs: 100, lookup: () => undefined });
    expect(await silent.request(post('http://h.invalid/'))).toEqual({ kind: 'not-sent', reason: 'ETIMEDOUT' });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['ends', (socket) => void socket.end('this is no TLS')],
    ['is reset', (socket) => void socket.once('data', () => socket.resetAndDestroy())],
    ['gets no answer', () => undefined],
  ])('when the TLS handshake %s', async (_, onSocket) => {
    const port = await serveSockets(onSocket);
    const answer = await clientOf({ timeoutMs: 300 }).request(post(`https://127.0.0.1:${port}/`));
    expect(answer.kind).toBe('not-sent');
  });
});

/** A server that shows a certificate nobody trusts. */
async function serveTls(listener: RequestListener) {
  const server = createTlsServer(loopbackTls, listener).listen(0, '127.0.0.1');
  let count = 0;
  server.on('secureConnection', () => count++);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/x`, connections: () => count };
}

/** Lets any certificate pass until the test is over. */
function trustAnybody(): void {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  closing.push(() => vi.unstubAllEnvs());
}

describe('a request that is to be asked before it leaves', () => {
  async function counted() {
    const seen = { requests: 0 };
    const server = await serve((_, response) => {
      seen.requests++;
      response.end('{}');
    });
    return { ...server, requests: () => seen.requests };
  }

  it.each<[string, () => boolean | Promise<boolean>]>([
    ['at once', () => false],
    ['later', async () => false],
    ['by a failure', () => Promise.reject(new Error('the ledger is gone'))],
  ])('is not sent when it hears no %s, on a new connection and on a kept one', async (_, no) => {
    const { url, requests } = await counted();
    const client = clientOf();
    const heldBack = { kind: 'not-sent', reason: 'held back' };
    expect(await client.request(post(url, { mayLeave: no }))).toEqual(heldBack);
    expect(await client.request(post(url, { mayLeave: () => true }))).toMatchObject({ kind: 'answer' });
    expect(await client.request(post(url, { mayLeave: no }))).toEqual(heldBack);
    expect(await client.request(post(url, { mayLeave: async () => true }))).toMatchObject({ kind: 'answer' });
    expect(requests()).toBe(2);
  });

  it('is asked only once its connection stands, however long that takes', async () => {
    const { url, requests } = await counted();
    let isFound = false;
    const lookup: HttpOptions['lookup'] = (_, options, callback) => {
      setTimeout(() => {
        isFound = true;
        if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      }, 30);
    };
    const asked: boolean[] = [];
    const mayLeave = () => {
      asked.push(isFound);
      return false;
    };
    const answer = await clientOf({ lookup }).request(post(url.replace('127.0.0.1', 'h.invalid'), { mayLeave }));
    expect([answer.kind, asked, requests()]).toEqual(['not-sent', [true], 0]);
  });

  it('is asked only when the TLS handshake is over, which another may draw out', async () => {
    trustAnybody();
    let requests = 0;
    const { url } = await serveTls((_, response) => {
      requests++;
      response.end('{}');
    });
    let isSecure = false;
    const port = await serveSockets((socket) => {
      setTimeout(() => {
        isSecure = true;
        const behind = connect(Number(new URL(url).port), '127.0.0.1');
        closing.push(() => behind.destroy());
        socket.pipe(behind).pipe(socket);
      }, 30);
    });
    const client = clientOf();
    const asked: boolean[] = [];
    for (const may of [false, true, false]) {
      const mayLeave = () => {
        asked.push(isSecure);
        return may;
      };
      const answer = await client.request(post(`https://127.0.0.1:${port}/`, { mayLeave }));
      expect(answer.kind).toBe(may ? 'answer' : 'not-sent');
    }
    expect([asked, requests]).toEqual([[true, true, true], 1]);
  });

  it('is certainly not sent when its time is over, or its connection, while it is asked', async () => {
    const { url, requests } = await counted();
    const mayLeave = () => new Promise<boolean>((resolve) => setTimeout(resolve, 150, true));
    const answer = await clientOf({ timeoutMs: 50 }).request(post(url, { mayLeave }));
    expect(answer).toEqual({ kind: 'not-sent', reason: 'ETIMEDOUT' });
    const port = await serveSockets((socket) => void setTimeout(() => socket.resetAndDestroy(), 20));
    const reset = await clientOf().request(post(`http://127.0.0.1:${port}/`, { mayLeave }));
    expect(reset.kind).toBe('not-sent');
    expect(requests()).toBe(0);
  });
});

describe('over TLS', () => {
  it('nothing is sent to a server that cannot show who it is', async () => {
    let requests = 0;
    const { url } = await serveTls((_, response) => {
      requests++;
      response.end();
    });
    const answer = await clientOf({ authorization: 'Basic secret' }).request(post(url));
    expect(answer).toEqual({ kind: 'not-sent', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(requests).toBe(0);
  });

  it('an answer is one, a connection is kept, and one that is reset proves nothing', async () => {
    trustAnybody();
    let requests = 0;
    const { url, connections } = await serveTls((request, response) => {
      if (++requests < 3) response.end('{}');
      else request.socket.destroy();
    });
    const client = clientOf({ authorization: 'Basic secret' });
    expect(await client.request(post(url))).toMatchObject({ kind: 'answer', body: Buffer.from('{}') });
    expect(await client.request(post(url))).toMatchObject({ kind: 'answer' });
    expect(connections()).toBe(1);
    expect(await client.request(post(url))).toEqual({ kind: 'no-answer', reason: 'ECONNRESET' });
    expect(await clientOf().request(post(url))).toEqual({ kind: 'no-answer', reason: 'ECONNRESET' });
  });
});

describe('connections', () => {
  it('are kept: a hundred requests at once use a hundred, and a hundred more the same', async () => {
    let out = 0;
    let mostOut = 0;
    const { url, connections } = await serve((request, response) => {
      mostOut = Math.max(mostOut, ++out);
      request.resume().on('end', () => {
        setTimeout(() => {
          out--;
          response.end('{}');
        }, 50);
      });
    });
    const client = clientOf({ timeoutMs: 10_000 });
    for (let wave = 0; wave < 3; wave++) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => client.request(post(url))));
      expect(answers.every(({ kind }) => kind === 'answer')).toBe(true);
    }
    expect([connections(), mostOut]).toEqual([100, 100]);
  });

  it('are let go of when the client is closed', async () => {
    const { url, open } = await serve((_, response) => response.end());
    const client = clientOf();
    await client.request(post(url));
    expect(open()).toBe(1);
    client.close();
    await expect.poll(open).toBe(0);
  });
});

it('refuses an address that is none', async () => {
  expect(() => clientOf().request(post('nowhere'))).toThrow(TypeError);
});
