import { expect, test } from 'vitest';
import { isKeyferryError, KeyferryError, STATUS } from './errors.ts';

test('an error carries its status, remedy, wait and cause', () => {
  const cause = new Error('below');
  const error = new KeyferryError('busy', 'Later.', { remedy: 'Wait.', retryAfterMs: 5_000, cause });
  expect(error).toMatchObject({
    status: 503,
    remedy: 'Wait.',
    retryAfterMs: 5_000,
    cause,
    message: 'Later.',
  });
  expect(isKeyferryError(error)).toBe(true);
});

test('what is not said is null, and there is no cause', () => {
  const error = new KeyferryError('not_found', 'Nothing here.');
  expect(error).toMatchObject({ remedy: null, retryAfterMs: null });
  expect('cause' in error).toBe(false);
  expect(isKeyferryError(new Error('other'))).toBe(false);
});

test('a fault of the other side is 424, never a 5xx of ours', () => {
  for (const [code, status] of Object.entries(STATUS)) {
    if (/^(platform|provider)_/.test(code)) expect(status, code).toBe(424);
  }
});
