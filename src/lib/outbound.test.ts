import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLog } from './log.ts';
import { createOutbound, type OutboundError, type OutboundOptions } from './outbound.ts';

/** Long enough for a loopback answer, short enough to be waited for where nothing comes. */
const SHORT = 300;

function outboundWith(options: Partial<OutboundOptions> = {}) {
  const outbound = createOutbound({ deadlineMs: 20_000, maxBytes: 10_000, addresses: 'any', ...options });
  onTestFinished(() => outbound.close());
  return outbound;
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return address(server.listen(0, '127.0.0.1'));
}

/** A server on a thread of its own, which goes on while this one stands still. */
async function serveElsewhere(bytes: number): Promise<string> {
  const worker = new Worker(
    `const { createServer } = require('node:http');
    const { parentPort } = require('node:worker_threads');
    const server = createServer((_, response) => setTimeout(() => response.end('x'.repeat(${bytes})), 200));
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = await once(worker, 'message');
  return `http://127.0.0.1:${port}/`;
}

async function serveTcp(greet: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer(greet);
  onTestFinished(() => void server.close());
  return address(server.listen(0, '127.0.0.1') as Server);
}

async function address(server: Server): Promise<string> {
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function failure(
  sent: Promise<unknown>,
): Promise<Pick<OutboundError, 'kind' | 'maybeSent' | 'message'>> {
  const error = await sent.then(
    () => expect.unreachable('it was answered'),
    (thrown: OutboundError) => thrown,
  );
  return { kind: error.kind, maybeSent: error.maybeSent, message: error.message };
}

test('sends method, headers and body, and reads status, headers and body', async () => {
  const url = await serve(async (request, response) => {
    const chunks = await request.toArray();
    response.writeHead(418, { 'x-answer': 'yes' });
    response.end(`${request.method} ${request.url} ${request.headers['x-secret']} ${Buffer.concat(chunks)}`);
  });
  const answer = await outboundWith()(`${url}path?q=1`, {
    method: 'POST',
    headers: { 'x-secret': 's' },
    body: 'é',
  });
  expect(answer).toMatchObject({ status: 418, body: 'POST /path?q=1 s é' });
  expect(answer.headers.get('x-answer')).toBe('yes');
});

describe('an answer whose status says enough', () => {
  test.each<[string, RequestListener]>([
    [
      'breaks off',
      (_, response) => {
        response.writeHead(201, { 'content-length': '100' }).write('half');
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ['never ends', (_, response) => void response.writeHead(201).write('half')],
  ])('is given where its body %s', async (_, answer) => {
    const url = await serve(answer);
    const sent = outboundWith()(url, { answer: 'begun' });
    expect(await sent).toMatchObject({ status: 201, body: 'half' });
  });

  test('is given where its body is endless or far too long: the first 64 KiB', async () => {
    const endless = function* () {
      for (;;) yield 'a'.repeat(50_000);
    };
    const url = await serve((_, response) => {
      Readable.from(endless()).pipe(response.writeHead(201));
    });
    const { status, body } = await outboundWith()(url, { answer: 'begun' });
    expect([status, body.length]).toEqual([201, 64 * 1024]);
  });

  test('is whole where nothing is wrong, and is waited for as long as any', async () => {
    const url = await serve((_, response) => void response.writeHead(200).end('whole'));
    expect(await outboundWith()(url, { answer: 'begun' })).toMatchObject({ status: 200, body: 'whole' });
    const silent = await serve(() => {});
    const sent = outboundWith({ deadlineMs: SHORT })(silent, { answer: 'begun' });
    expect(await failure(sent)).toMatchObject({ kind: 'timeout' });
  });
});

describe('the deadline', () => {
  test('covers the wait for headers', async () => {
    const url = await serve(() => {});
    expect(await failure(outboundWith({ deadlineMs: SHORT })(url))).toEqual({
      kind: 'timeout',
      maybeSent: true,
      message: `no answer within ${SHORT} ms`,
    });
  });

  test("is the request's own where it has one", async () => {
    const url = await serve(() => {});
    expect(await failure(outboundWith()(url, { deadlineMs: SHORT }))).toMatchObject({
      kind: 'timeout',
      message: `no answer within ${SHORT} ms`,
    });
  });

  test('covers a body that stalls', async () => {
    const url = await serve((_, response) => {
      response.write('the beginning');
    });
    expect(await failure(outboundWith({ deadlineMs: SHORT })(url))).toMatchObject({
      kind: 'timeout',
      maybeSent: true,
    });
  });

  test('covers a body that trickles without end', async () => {
    const url = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(drip));
    });
    expect(await failure(outboundWith({ deadlineMs: SHORT })(url))).toMatchObject({
      kind: 'timeout',
      maybeSent: true,
    });
  });

  // On waking, late timers run before the sockets are read.
  test.each([1, 200_000])(
    'an answer of %i bytes that came while the process stood still is read',
    async bytes => {
      const url = await serveElsewhere(bytes);
      const asked = outboundWith({ deadlineMs: SHORT, maxBytes: bytes })(url);
      await new Promise(resolve => setTimeout(resolve, 50));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_000);
      expect((await asked).body).toHaveLength(bytes);
    },
  );

  test('a signal of the caller ends it too', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    expect(await failure(outboundWith({ signal: stop.signal })(url))).toMatchObject({
      kind: 'connection',
      maybeSent: true,
    });
  });
});

test.each([600, 999])('a status of %i is none of HTTP', async status => {
  const url = await serveTcp(socket => {
    socket.once('data', () => socket.end(`HTTP/1.1 ${status} Odd\r\ncontent-length: 2\r\n\r\n{}`));
  });
  expect(await failure(outboundWith()(url))).toEqual({
    kind: 'malformed',
    maybeSent: true,
    message: `answered ${status}, which is no status of HTTP`,
  });
});

describe('the size', () => {
  test('up to the cap is read', async () => {
    const url = await serve((_, response) => void response.end('x'.repeat(10_000)));
    expect((await outboundWith()(url)).body).toHaveLength(10_000);
  });

  test.each<[string, RequestListener]>([
    ['declared', (_, response) => void response.end('x'.repeat(10_001))],
    [
      'without an end',
      (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(5_000)));
        };
        response.on('drain', more);
        more();
      },
    ],
    [
      'compressed',
      (_, response) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync('x'.repeat(1_000_000)));
      },
    ],
  ])('beyond the cap is refused: %s', async (_, answer) => {
    expect(await failure(outboundWith()(await serve(answer)))).toEqual({
      kind: 'too_large',
      maybeSent: true,
      message: 'answer longer than 10000 bytes',
    });
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'of status %i is refused, and the secret goes nowhere else',
    async status => {
      const seen: (string | undefined)[] = [];
      const elsewhere = await serve((request, response) => {
        seen.push(request.headers['x-secret'] as string | undefined);
        response.end('{"access_token":"at"}');
      });
      const url = await serve((_, response) => {
        response.writeHead(status, { location: elsewhere });
        response.end();
      });
      const sent = outboundWith()(url, { method: 'POST', headers: { 'x-secret': 's' }, body: 'b' });
      expect(await failure(sent)).toEqual({
        kind: 'redirect',
        maybeSent: true,
        message: `answered ${status}: redirects are refused`,
      });
      expect(seen).toEqual([]);
    },
  );
});

describe('a connection', () => {
  test('that is refused sent nothing', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    const url = await address(server as Server);
    server.close();
    await once(server, 'close');
    expect(await failure(outboundWith()(url))).toEqual({
      kind: 'connection',
      maybeSent: false,
      message: 'ECONNREFUSED',
    });
  });

  test('to an unknown name sent nothing', async () => {
    const judged = await failure(outboundWith()('http://nobody.invalid/'));
    expect(judged).toMatchObject({ kind: 'connection', maybeSent: false });
  });

  test('to no address at all sent nothing', async () => {
    for (const addresses of ['any', 'public'] as const) {
      expect(await failure(outboundWith({ addresses })('not a URL'))).toMatchObject({ maybeSent: false });
    }
  });

  test('to a port that fetch blocks sent nothing, and says so', async () => {
    const judged = await failure(outboundWith()('http://127.0.0.1:6000/'));
    expect(judged).toEqual({ kind: 'connection', maybeSent: false, message: 'bad port' });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['reset', socket => void socket.once('data', () => socket.resetAndDestroy())],
    ['ended', socket => void socket.once('data', () => socket.end())],
    [
      'answered with what is no HTTP',
      socket => void socket.once('data', () => socket.end('nonsense\r\n\r\n')),
    ],
    [
      'cut in the body',
      socket =>
        void socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nhalf')),
    ],
  ])('that is %s after sending may have sent', async (_, greet) => {
    const url = await serveTcp(socket => {
      socket.on('error', () => {});
      greet(socket);
    });
    const judged = await failure(outboundWith()(url, { method: 'POST', body: 'b' }));
    expect(judged).toMatchObject({ kind: 'connection', maybeSent: true });
  });

  test('with a password in the URL fails without repeating it', async () => {
    const judged = await failure(outboundWith()('http://user:hunter2@127.0.0.1/'));
    expect(judged).toMatchObject({ kind: 'connection' });
    expect(judged.message).not.toContain('hunter2');
  });

  test('with a secret that no request carries is logged without it', async () => {
    const lines: string[] = [];
    const log = createLog('debug', { write: line => void lines.push(line) });
    const outbound = outboundWith();
    for (const [url, secret] of [
      ['http://user:hunter2@127.0.0.1/', 's'],
      ['http://127.0.0.1/', 'hunter2\nx'],
    ] as const) {
      await outbound(url, { headers: { 'x-secret': secret } }).catch(err => log.error({ err }));
    }
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toContain('hunter2');
  });
});

describe('an address that a user typed', () => {
  test.each(['localhost', '127.0.0.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]'])(
    'is not connected to when it is %s',
    async host => {
      let connections = 0;
      const server = createTcpServer(() => {
        connections += 1;
      }).listen(0);
      onTestFinished(() => void server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const judged = await failure(outboundWith({ addresses: 'public' })(`http://${host}:${port}/`));
      expect(judged).toMatchObject({ kind: 'address', maybeSent: false });
      expect(judged.message).toMatch(/is not a public address/);
      expect(connections).toBe(0);
    },
  );
});

test('a redirect is given to the caller who judges it, and not followed', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(308, { location: '/elsewhere' }).end('moved');
  });
  const answer = await outboundWith()(url, { method: 'PROPFIND', redirects: 'give' });
  expect([answer.status, answer.headers.get('location'), answer.body]).toEqual([308, '/elsewhere', 'moved']);
  expect(asked).toEqual(['PROPFIND /']);
});
