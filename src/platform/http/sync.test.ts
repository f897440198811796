import { describe, expect, test } from 'vitest';
import { CALCOM_USER, CLIENT, PLATFORM_URL, SECRET, startPlatform } from '../../../test/platform/platform.ts';
import { bodyOf, MINUTE, syncGround } from '../../../test/platform/sync-ground.ts';
import { tokenFingerprint } from '../../protocol/index.ts';

describe('a token that holds', () => {
  test('is answered in the shape that Cal.com reads, without the refresh token', async () => {
    const { sync, provider, clock } = await syncGround();
    const response = await sync('zoom');
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await bodyOf(response)).toEqual({
      access_token: 'access-0',
      token_type: 'Bearer',
      expiry_date: clock.now() + 60 * MINUTE,
      expires_in: 3600,
      api_url: 'https://z',
    });
    expect(provider.received).toEqual([]);
  });

  test('is asked for in JSON as well', async () => {
    const { platform } = await syncGround();
    const response = await platform.fetch(
      new Request(`${PLATFORM_URL}/api/sync`, {
        method: 'POST',
        headers: { 'calcom-credential-sync-secret': SECRET, 'content-type': 'application/json' },
        body: JSON.stringify({ calcomUserId: CALCOM_USER, appSlug: 'zoom' }),
      }),
    );
    expect(await bodyOf(response)).toMatchObject({ access_token: 'access-0' });
  });

  test.each(['/api/sync/', '//api/sync'])('is asked for at %s as well', async path => {
    const { platform } = await syncGround();
    const ask = (headers: Record<string, string>) =>
      platform.fetch(
        new Request(`${PLATFORM_URL}${path}`, {
          method: 'POST',
          headers,
          body: new URLSearchParams({ calcomUserId: String(CALCOM_USER), appSlug: 'zoom' }),
        }),
      );
    expect(await bodyOf(await ask({ 'calcom-webhook-secret': SECRET }))).toMatchObject({
      access_token: 'access-0',
    });
    expect((await ask({})).status).toBe(403);
  });

  test('travels with its refresh token where the target has it so', async () => {
    const { connect, sync } = await startPlatform({ withRefreshToken: true });
    await connect('zoom', { access_token: 'a', refresh_token: 'r' });
    expect(await bodyOf(await sync('zoom'))).toEqual({
      access_token: 'a',
      refresh_token: 'r',
      token_type: 'Bearer',
    });
  });
});

describe('a token without an expiry', () => {
  const forever = { expiry_date: undefined };

  test('is given until its fingerprint is reported, then refreshed once for all who report it', async () => {
    const { sync, provider, clock } = await syncGround(forever);
    clock.advance(1000 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toEqual({
      access_token: 'access-0',
      token_type: 'Bearer',
      api_url: 'https://z',
    });
    const headers = { 'keyferry-rejected-token': tokenFingerprint('access-0', SECRET) };
    for (let report = 0; report < 3; report += 1) {
      expect(await bodyOf(await sync('zoom', { headers }))).toMatchObject({ access_token: 'access-1' });
    }
    expect(provider.received).toHaveLength(1);
  });

  test('is not refreshed for the fingerprint of another token', async () => {
    const { sync, provider } = await syncGround(forever);
    for (const fingerprint of [
      tokenFingerprint('another', SECRET),
      tokenFingerprint('access-0', 'x'),
      'x',
      '',
    ]) {
      const headers = { 'keyferry-rejected-token': fingerprint };
      expect(await bodyOf(await sync('zoom', { headers }))).toMatchObject({ access_token: 'access-0' });
    }
    expect(provider.received).toEqual([]);
  });
});

test('nothing that was logged holds a secret', async () => {
  const { sync, provider, clock, logged } = await syncGround();
  clock.advance(2 * 60 * MINUTE);
  await sync('zoom');
  provider.answer = ({ body }) => ({
    status: 400,
    body: { error: 'invalid_grant', error_description: body },
  });
  clock.advance(2 * 60 * MINUTE);
  await sync('zoom');
  await sync('zoom', { headers: { 'calcom-webhook-secret': 'wrong' } });
  expect(logged.join('')).toContain('needs_reconnect');
  for (const secret of [SECRET, CLIENT.client_secret, 'access-', 'refresh-', 'wrong']) {
    expect(logged.join('')).not.toContain(secret);
  }
});
