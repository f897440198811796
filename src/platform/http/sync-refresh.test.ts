import { describe, expect, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { browser } from '../../../test/platform/browser.ts';
import { setOut } from '../../../test/platform/connect-page.ts';
import {
  CALCOM_USER,
  CLIENT,
  EXTERNAL_USER,
  PLATFORM_URL,
  startPlatform,
} from '../../../test/platform/platform.ts';
import { startStrictProvider } from '../../../test/platform/strict-provider.ts';
import { bodyOf, MINUTE, syncGround } from '../../../test/platform/sync-ground.ts';
import { temporaryFolder } from '../../../test/temp.ts';

describe('a token that ends within a minute', () => {
  test('is refreshed, stored and pushed before it is given', async () => {
    const { sync, provider, clock, state } = await syncGround();
    clock.advance(59 * MINUTE + 1);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'access-1', scope: 'meeting' });
    const [request] = provider.received;
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64')}`,
    );
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
    });
    expect(await state()).toMatchObject({
      status: 'connected',
      version: 2,
      refreshedAt: clock.now(),
      expiresAt: clock.now() + 60 * MINUTE,
      deliveries: [{ topic: 'credential.push', state: 'waiting' }],
    });
  });

  test('is refreshed once for a hundred who ask at the same time', async () => {
    const { sync, provider, clock } = await syncGround();
    clock.advance(2 * 60 * MINUTE);
    const answers = await Promise.all(Array.from({ length: 100 }, () => sync('zoom')));
    const tokens = await Promise.all(answers.map(async answer => (await bodyOf(answer)).access_token));
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    expect(provider.received).toHaveLength(1);
  });

  test('is refreshed once for two processes on one database', async () => {
    const { config, clock, sync, provider } = await syncGround();
    const other = await startPlatform({ location: config.database, providers: config.providers, clock });
    clock.advance(2 * 60 * MINUTE);
    const asked = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? sync : other.sync)('zoom'));
    const tokens = await Promise.all(
      (await Promise.all(asked)).map(async answer => (await bodyOf(answer)).access_token),
    );
    expect(new Set(tokens)).toEqual(new Set(['access-1']));
    expect(provider.received).toHaveLength(1);
  });

  test('keeps its refresh token when the provider gives no new one, and what else came with it', async () => {
    const { sync, provider, clock } = await syncGround();
    provider.answer = ({ body }) => ({
      body: { access_token: `after ${new URLSearchParams(body).get('refresh_token')}`, expires_in: 60 },
    });
    clock.advance(2 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({
      access_token: 'after refresh-0',
      api_url: 'https://z',
    });
    clock.advance(MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'after refresh-0' });
    expect(provider.received).toHaveLength(2);
  });
});

describe('a provider that rotates refresh tokens and ends a grant at the second use of one', () => {
  async function connected() {
    const strict = await startStrictProvider();
    const location_ = { file: `${temporaryFolder()}/platform.db` };
    const clock = heldClock(Date.now());
    const one = await startPlatform({ providers: strict.providers, location: location_, clock });
    const other = await startPlatform({ providers: strict.providers, location: location_, clock });
    const ada = browser({ [PLATFORM_URL]: one.platform.fetch });
    const request = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER, apps: ['zoom'] };
    const session = await one.api('POST', '/api/keyferry/v1/connect-sessions', request);
    const { url } = (await session.json()) as { url: string };
    await ada.get(await strict.consent(ada, await setOut(ada, url)));
    return { strict, one, other, clock };
  }

  test('never sees a refresh token twice, through five expiries, two processes and many callers', async () => {
    const { strict, one, other, clock } = await connected();
    const seen = new Set<unknown>();
    for (let expiry = 0; expiry < 5; expiry += 1) {
      clock.advance(61 * MINUTE);
      const asked = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? one : other).sync('zoom'));
      const answers = await Promise.all((await Promise.all(asked)).map(bodyOf));
      const tokens = new Set(answers.map(answer => answer.access_token));
      expect(tokens.size).toBe(1);
      for (const token of tokens) seen.add(token);
    }
    expect(seen.size).toBe(5);
    expect(strict.grants).toEqual([
      'authorization_code',
      ...Array.from({ length: 5 }, () => 'refresh_token'),
    ]);
  });
});
