import { describe, expect, test } from 'vitest';
import { CLIENT, SECRET } from '../../../test/platform/platform.ts';
import type { Scripted } from '../../../test/platform/server.ts';
import { bodyOf, MINUTE, syncGround } from '../../../test/platform/sync-ground.ts';
import { tokenFingerprint } from '../../protocol/index.ts';

describe('a refresh that fails', () => {
  const faults: [string, Scripted, string][] = [
    ['429', { status: 429, headers: { 'retry-after': '120' } }, 'provider_busy'],
    ['503', { status: 503 }, 'provider_busy'],
    ['500 with a page', { status: 500, body: '<h1>oops</h1>' }, 'provider_failed'],
    ['a cut connection', { drop: true }, 'provider_unanswered'],
    ['a page', { body: '<html>' }, 'provider_malformed'],
    ['no token', { body: { token_type: 'bearer' } }, 'provider_malformed'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9' } }, 'provider_refused'],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 'provider_client_refused'],
    [
      'unauthorized_client',
      { status: 400, body: { error: 'unauthorized_client' } },
      'provider_client_refused',
    ],
    ['invalid_request', { status: 400, body: { error: 'invalid_request' } }, 'provider_refused'],
  ];

  test.each(faults)('%s is 503 with Retry-After and does not end the grant', async (_, fault, code) => {
    const { sync, provider, clock, state } = await syncGround();
    const issue = provider.answer;
    provider.answer = () => fault;
    clock.advance(2 * 60 * MINUTE);
    const response = await sync('zoom');
    expect(response.status).toBe(503);
    const retryAfter = Number(response.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code, message: expect.any(String) });
    expect(text).not.toContain('access_token');
    expect(await state()).toMatchObject({
      status: 'failing',
      statusReason: code,
      failedAt: clock.now(),
      version: 1,
    });

    provider.answer = issue;
    clock.advance(10 * MINUTE);
    expect((await sync('zoom')).status).toBe(200);
    const after = await state();
    expect(after).toMatchObject({ status: 'connected', statusReason: null, failedAt: null });
    // A client that is refused is the incident of its app, not of each grant.
    const told = code === 'provider_client_refused' ? ['refreshed'] : ['recovered', 'failing'];
    const kinds = [...told, 'imported'].map(kind => `connection.${kind}`);
    expect(after.events.map(({ kind }) => kind)).toEqual(kinds);
  });

  test('leaves the provider alone for as long as it asks', async () => {
    const { sync, provider, clock } = await syncGround();
    provider.answer = () => ({ status: 429, headers: { 'retry-after': '120' } });
    clock.advance(2 * 60 * MINUTE);
    expect((await sync('zoom')).headers.get('retry-after')).toBe('120');
    clock.advance(100_000);
    const early = await sync('zoom');
    expect(early.status).toBe(503);
    expect(early.headers.get('retry-after')).toBe('20');
    expect(provider.received).toHaveLength(1);
    clock.advance(20_000);
    await sync('zoom');
    expect(provider.received).toHaveLength(2);
  });

  test('gives the token that still holds', async () => {
    const { sync, provider, clock } = await syncGround();
    provider.answer = () => ({ status: 500 });
    clock.advance(59 * MINUTE + 30_000);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'access-0', expires_in: 30 });
    clock.advance(26_000);
    expect((await sync('zoom')).status).toBe(503);
  });

  test('does not give a token that was refused', async () => {
    const { sync, provider } = await syncGround();
    provider.answer = () => ({ status: 500 });
    const headers = { 'keyferry-rejected-token': tokenFingerprint('access-0', SECRET) };
    expect((await sync('zoom', { headers })).status).toBe(503);
  });

  test('for want of app keys is 503, for an operator to mend, and passes at once when they are set', async () => {
    const { sync, platform, clock, api } = await syncGround();
    await platform.database.db.deleteFrom('platform_app').execute();
    clock.advance(2 * 60 * MINUTE);
    const response = await sync('zoom');
    expect([response.status, (await bodyOf(response)).code]).toEqual([503, 'app_keys_missing']);
    await api('PUT', '/api/keyferry/v1/apps/zoom', { keys: CLIENT });
    expect((await sync('zoom')).status).toBe(200);
  });
});
