import { describe, expect, test } from 'vitest';
import { PLATFORM_URL, SECRET, startPlatform, type TestPlatform } from '../../../test/platform/platform.ts';

describe('who may ask, and what', () => {
  async function ask(
    { platform }: TestPlatform,
    init: RequestInit,
  ): Promise<[number, Record<string, unknown>]> {
    const response = await platform.fetch(
      new Request(`${PLATFORM_URL}/api/sync`, { method: 'POST', ...init }),
    );
    const text = await response.text();
    expect(text).not.toContain('access_token');
    return [response.status, JSON.parse(text)];
  }
  const authentic = { 'calcom-webhook-secret': SECRET };

  test.each([
    ['no secret', {}, 'secret header not set'],
    ['a wrong secret', { 'calcom-webhook-secret': 'wrong' }, 'Invalid secret'],
    ['an empty secret', { 'calcom-webhook-secret': '' }, 'Invalid secret'],
  ])('%s is 403 before the body is looked at', async (_, headers, message) => {
    const all = await startPlatform();
    expect(await ask(all, { headers, body: '{' })).toMatchObject([403, { message, code: 'secret_invalid' }]);
  });

  test('where a header is configured, no other carries the secret', async () => {
    const all = await startPlatform({ header: 'X-Sync' });
    expect((await ask(all, { headers: authentic }))[0]).toBe(403);
    expect((await ask(all, { headers: { 'x-sync': SECRET }, body: '' }))[0]).toBe(400);
  });

  test.each([
    ['nothing', ''],
    ['broken JSON', '{'],
    ['a number that is none', 'calcomUserId=x&appSlug=zoom'],
    ['a number beyond', 'calcomUserId=4294967296&appSlug=zoom'],
    ['no slug', 'calcomUserId=7'],
    ['an array', '[]'],
    ['null', '{"calcomUserId":null,"appSlug":"zoom"}'],
  ])('%s is 400', async (_, body) => {
    expect(await ask(await startPlatform(), { headers: authentic, body })).toMatchObject([
      400,
      { code: 'body_invalid' },
    ]);
  });

  test('a body beyond 16 KiB is 413', async () => {
    const body = `calcomUserId=7&appSlug=${'z'.repeat(16 * 1024)}`;
    expect((await ask(await startPlatform(), { headers: authentic, body }))[0]).toBe(413);
  });

  test.each([
    ['an unknown user', 'calcomUserId=8&appSlug=zoom', 'user_not_found'],
    ['an unknown app', 'calcomUserId=7&appSlug=no-such-app', 'app_not_found'],
    [
      'an app that the user has not connected',
      'calcomUserId=7&appSlug=google-calendar',
      'connection_not_found',
    ],
  ])('%s is 404', async (_, body, code) => {
    const all = await startPlatform();
    await all.connect('zoom', { access_token: 'a' });
    expect(await ask(all, { headers: authentic, body })).toMatchObject([404, { code }]);
  });
});
