import { request as send } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { answerError, type Listener, limitBody, listen, readBody } from './index.ts';

const CAP = 1_000;

const app = new Hono();
app.onError(answerError(createLog('silent')));
app.post('/read', async c => c.text(await readBody(c.req.raw, CAP)));
app.use('/limited', limitBody(CAP));
app.post('/limited', async c => c.text(await c.req.text()));

let listener: Listener;

beforeAll(async () => {
  listener = await listen(app.fetch, { port: 0, host: '127.0.0.1' });
});

afterAll(() => listener.close(0));

/** Sends a body with its length declared, or in chunks. */
async function post(path: string, chunks: readonly (string | Buffer)[], declare: boolean) {
  const length = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const request = send(
    listener.url + path,
    { method: 'POST', headers: declare ? { 'content-length': length } : {} },
    response => text(response).then(body => resolve({ status: response.statusCode, body }), reject),
  );
  request.on('error', reject);
  Readable.from(chunks).pipe(request);
  return promise;
}

describe.each(['/read', '/limited'])('a body at %s', path => {
  test.each([true, false])('up to the cap is read (length declared: %s)', async declare => {
    const body = 'x'.repeat(CAP);
    expect(await post(path, [body], declare)).toEqual({ status: 200, body });
  });

  test.each([true, false])('beyond the cap is refused (length declared: %s)', async declare => {
    const answer = await post(path, ['x'.repeat(CAP), 'x'], declare);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'body_too_large',
      detail: 'The body is longer than 1000 bytes.',
    });
  });

  test('without an end is refused before it ends', async () => {
    const endless = new Request(listener.url + path, {
      method: 'POST',
      duplex: 'half',
      body: new ReadableStream({
        pull: async stream => {
          await new Promise(resolve => setImmediate(resolve));
          stream.enqueue(new Uint8Array(100));
        },
      }),
    });
    expect((await app.fetch(endless)).status).toBe(413);
  });

  test.each([true, false])('counts bytes, not characters (length declared: %s)', async declare => {
    expect(await post(path, ['é'.repeat(CAP / 2)], declare)).toMatchObject({ status: 200 });
    expect(await post(path, ['é'.repeat(CAP / 2 + 1)], declare)).toMatchObject({ status: 413 });
  });

  test('may be split inside a character', async () => {
    const bytes = Buffer.from('é👋');
    const chunks = [...bytes].map(byte => Buffer.from([byte]));
    expect(await post(path, chunks, false)).toEqual({ status: 200, body: 'é👋' });
  });

  test.each([true, false])(
    'may be empty, or begin with a byte order mark (length declared: %s)',
    async declare => {
      expect(await post(path, [''], declare)).toEqual({ status: 200, body: '' });
      expect(await post(path, ['\ufeff{}'], declare)).toEqual({ status: 200, body: '{}' });
    },
  );
});
