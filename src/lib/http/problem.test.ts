import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { expect, test } from 'vitest';
import { KeyferryError } from '../../protocol/index.ts';
import { createLog } from '../log.ts';
import { answerError, problemResponse } from './problem.ts';

/** Answers with what was thrown, and gives what was logged. */
async function thrown(error: Error, at = '/path'): Promise<{ response: Response; log: string }> {
  const lines: string[] = [];
  const app = new Hono();
  app.onError(answerError(createLog('debug', { write: line => void lines.push(line) })));
  app.get(at, () => {
    throw error;
  });
  return { response: await app.request(`${at}?token=hunter2`), log: lines.join('') };
}

test('an error is a problem of RFC 9457 with our code and remedy', async () => {
  const response = problemResponse(
    new KeyferryError('app_disabled', 'zoom is off.', { remedy: 'Switch it on.' }),
  );
  expect(response.status).toBe(409);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.has('retry-after')).toBe(false);
  expect(await response.json()).toEqual({
    type: expect.stringMatching(/^https:.*#app_disabled$/),
    title: 'app disabled',
    status: 409,
    code: 'app_disabled',
    detail: 'zoom is off.',
    remedy: 'Switch it on.',
  });
});

test('what says nothing to do has no remedy', async () => {
  expect(await problemResponse(new KeyferryError('not_found', 'No.')).json()).not.toHaveProperty('remedy');
});

test.each([
  [1, '1'],
  [1_000, '1'],
  [1_001, '2'],
  [0, '0'],
])('a wait of %i ms is Retry-After %s', (retryAfterMs, seconds) => {
  const response = problemResponse(new KeyferryError('busy', 'Later.', { retryAfterMs }));
  expect(response.headers.get('retry-after')).toBe(seconds);
});

test('a token in a path is not logged', async () => {
  const token = randomBytes(32).toString('base64url');
  const { log } = await thrown(
    new Error('disk full'),
    `/connect/${token}/of/5e1a7a3c-1f0e-4d55-9b1c-5f1f0a3e2b11`,
  );
  expect(JSON.parse(log)).toMatchObject({ path: '/connect/.../of/5e1a7a3c-1f0e-4d55-9b1c-5f1f0a3e2b11' });
  expect(log).not.toContain(token);
});

test("a caller's error is answered and not logged", async () => {
  const { response, log } = await thrown(new KeyferryError('user_not_found', 'No user 5.'));
  expect(response.status).toBe(404);
  expect(log).toBe('');
});

test('an error of ours is answered and logged, with the path and without the query', async () => {
  const { response, log } = await thrown(new KeyferryError('sealed_unreadable', 'It cannot be opened.'));
  expect(await response.json()).toMatchObject({ status: 500, code: 'sealed_unreadable' });
  expect(JSON.parse(log)).toMatchObject({ level: 50, code: 'sealed_unreadable', path: '/path' });
  expect(log).not.toContain('hunter2');
});

test('what nobody foresaw is logged, and its message is not told', async () => {
  const { response, log } = await thrown(new Error('password=hunter3'));
  expect(response.status).toBe(500);
  const body = await response.text();
  expect(JSON.parse(body)).toMatchObject({ code: 'internal' });
  expect(body).not.toContain('hunter3');
  expect(JSON.parse(log)).toMatchObject({ level: 50, err: { type: 'Error' } });
});

test('what the framework refuses is a problem too', async () => {
  const { response } = await thrown(new HTTPException(400, { message: 'Malformed JSON in request body' }));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'body_not_json' });
});

test('a fault of the database is told as what it is, and logged once with what the driver said', async () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  const { response, log } = await thrown(full);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('30');
  expect(await response.json()).toMatchObject({
    code: 'database_unwritable',
    remedy: expect.stringContaining('room'),
  });
  expect(log.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(log)).toMatchObject({ err: { cause: { code: 'SQLITE_FULL', message: full.message } } });
});

test('a caller that hangs up in the middle of its body is no failure of ours', async () => {
  const { response, log } = await thrown(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
  expect([response.status, log]).toEqual([400, '']);
});
