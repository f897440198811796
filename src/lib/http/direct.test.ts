import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directOr } from './direct.ts';
import { type DirectRoute, type Listener, listen } from './index.ts';

const CAP = 1_000;
let listener: Listener;

/** Answers what is plain, and leaves the word `leave` to the handler. */
const route: DirectRoute = {
  maxBytes: CAP,
  admits(header) {
    const key = header('X-Key');
    if (key === 'later') return Promise.resolve(true);
    if (key === 'broken') return Promise.reject(new Error('no database'));
    return key === 'good';
  },
  answer: async body =>
    body === 'leave' ? null : { status: 201, headers: { 'x-by': 'direct' }, body: `direct ${body}` },
};

beforeAll(async () => {
  listener = await listen(async request => new Response(`handler ${await request.text()}`), {
    port: 0,
    host: '127.0.0.1',
    direct: path => (path === '/direct' ? route : undefined),
  });
});

afterAll(() => listener.close(0));

/** Sends bytes and gives the status, who answered, and the body, of as many answers as are awaited. */
async function raw(text: string, answers = 1): Promise<string[]> {
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  socket.write(Buffer.from(text, 'utf8'));
  let received = '';
  while (received.split('HTTP/1.1 ').length <= answers || !/\r\n\r\n[\s\S]*\S$/.test(received)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    received += chunk.toString();
  }
  socket.destroy();
  return received
    .split('HTTP/1.1 ')
    .slice(1)
    .map(answer => `${answer.slice(0, 3)} ${answer.split('\r\n\r\n')[1]}`);
}

function post(
  body: string,
  { path = '/direct', headers = 'x-key: good\r\n', method = 'POST', host = 'a:1234' } = {},
): string {
  return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

test.each([
  ['a plain request', post('hello')],
  ['a high port', post('hello', { host: 'a:64999' })],
  ['one whose caller is looked up', post('hello', { headers: 'X-Key: later\r\n' })],
])('%s is answered directly', async (_, request) => {
  expect(await raw(request)).toEqual(['201 direct hello']);
});

test.each([
  ['another method', post('hello', { method: 'PUT' })],
  ['another path', post('hello', { path: '/other' })],
  ['a query', post('hello', { path: '/direct?a=1' })],
  ['a caller who may not', post('hello', { headers: '' })],
  ['a caller whose look-up failed', post('hello', { headers: 'x-key: broken\r\n' })],
  ['a header that came twice', post('hello', { headers: 'x-key: good\r\nx-key: good\r\n' })],
  ['a port below 1000', post('hello', { host: 'a:80' })],
  ['a port that may be none', post('hello', { host: 'a:65000' })],
  ['an odd host', post('hello', { host: '[::1]:80' })],
  [
    'a body in chunks',
    'POST /direct HTTP/1.1\r\nHost: a\r\nx-key: good\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ],
])('%s is left to the handler', async (_, request) => {
  expect(await raw(request)).toEqual(['200 handler hello']);
});

test('what the route leaves has its body still, and the connection goes on', async () => {
  const requests = post('leave') + post('hello') + post('leave') + post('é👋');
  expect(await raw(requests, 4)).toEqual([
    '200 handler leave',
    '201 direct hello',
    '200 handler leave',
    '201 direct é👋',
  ]);
});

test('a longer body is left to the handler', async () => {
  expect(await raw(post('x'.repeat(CAP)))).toEqual([`201 direct ${'x'.repeat(CAP)}`]);
  expect(await raw(post('x'.repeat(CAP + 1)))).toEqual([`200 handler ${'x'.repeat(CAP + 1)}`]);
});

test('a byte order mark is dropped, and a body may come in pieces', async () => {
  expect(await raw(post('\ufeffhello'))).toEqual(['201 direct hello']);
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  const text = Buffer.from(post('é👋'));
  for (const byte of text) {
    socket.write(Buffer.from([byte]));
    await new Promise(resolve => setImmediate(resolve));
  }
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 201 [\s\S]*content-length: 13\r\n[\s\S]*direct é👋$/);
  socket.destroy();
});

test('the answer waits for the bytes of the request, not for its end', async () => {
  const order: string[] = [];
  const direct = directOr(
    () => ({
      ...route,
      async answer(body) {
        order.push(`answer ${body}`);
        return { status: 200, headers: {}, body };
      },
    }),
    () => order.push('handler'),
  );
  const server = createServer((incoming, outgoing) => {
    incoming.on('end', () => order.push('end'));
    direct(incoming, outgoing);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const init = { method: 'POST', body: 'hello', headers: { 'x-key': 'good' } };
  expect(await (await fetch(`http://127.0.0.1:${port}/direct`, init)).text()).toBe('hello');
  expect(order).toEqual(['answer hello', 'end']);
  server.closeAllConnections();
  server.close();
});

test('a sender who hangs up amid the body leaves nothing behind', async () => {
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  socket.write(post('hello').slice(0, -2));
  await new Promise(resolve => setImmediate(resolve));
  socket.destroy();
  expect(await raw(post('hello'))).toEqual(['201 direct hello']);
});
