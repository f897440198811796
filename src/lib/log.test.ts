import { expect, test } from 'vitest';
import { createLog, type Log } from './log.ts';

/** All that is logged while `write` runs. */
function logged(write: (log: Log) => void, level = 'trace'): string {
  const lines: string[] = [];
  write(createLog(level, { write: line => void lines.push(line) }));
  return lines.join('');
}

const NAMES = [
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'id_token',
  'client_secret',
  'clientSecret',
  'code_verifier',
  'password',
  'secret',
  'apiKey',
  'keys',
  'key',
  'token',
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'Set-Cookie',
  'wire',
  'calcom-webhook-secret',
  'calcom-credential-sync-secret',
];

test.each(NAMES)('%s is cut out at every depth', name => {
  for (let depth = 0; depth < 12; depth += 1) {
    let line: unknown = { [name]: 'hunter2' };
    for (let level = 0; level < depth; level += 1) line = level % 2 ? [line] : { inner: line };
    const text = logged(log => log.info(Array.isArray(line) ? { line } : (line as object), 'a line'));
    expect(text).toContain('a line');
    expect(text).not.toContain('hunter2');
  }
});

test('a secret that is an object is cut out whole', () => {
  expect(logged(log => log.info({ keys: { client_id: 'hunter2' } }))).not.toContain('hunter2');
});

test('what a child log binds is cut too', () => {
  const text = logged(log => log.child({ token: 'hunter2', userId: 5 }).info('a line'));
  expect(text).toContain('"userId":5');
  expect(text).not.toContain('hunter2');
});

test('what is no secret is logged as it is', () => {
  const text = logged(log =>
    log.warn({ userId: 5, code: 'busy', list: [{ slug: 'zoom' }], none: null }, 'told'),
  );
  expect(JSON.parse(text)).toMatchObject({
    level: 40,
    userId: 5,
    code: 'busy',
    list: [{ slug: 'zoom' }],
    none: null,
    msg: 'told',
  });
});

test('an error is its name, message, code, stack and causes, without what libraries hang on it', () => {
  const cause = Object.assign(new TypeError('below'), { response: { body: 'hunter2' } });
  const error = Object.assign(new Error('above', { cause }), {
    code: 'E_CODE',
    request: { headers: 'hunter2' },
  });
  for (const line of [logged(log => log.error({ err: error })), logged(log => log.error({ fault: error }))]) {
    expect(line).not.toContain('hunter2');
    const { err, fault } = JSON.parse(line);
    expect(err ?? fault).toMatchObject({
      type: 'Error',
      message: 'above',
      code: 'E_CODE',
      stack: expect.stringContaining('log.test.ts'),
      cause: { type: 'TypeError', message: 'below' },
    });
  }
});

test('what is thrown and no error is not shown', () => {
  expect(logged(log => log.error({ err: { access_token: 'hunter2' } }))).toContain('not an Error');
});

test('lines below the level are not written', () => {
  expect(logged(log => log.info('quiet'), 'warn')).toBe('');
});
