import { describe, expect, test } from 'vitest';
import { browser, location } from '../../../test/platform/browser.ts';
import { connectLink, googleGround, newBrowser, RETURN_URL } from '../../../test/platform/connect-ground.ts';
import { appAddress, openLink, openSession, outcomeOf, setOut } from '../../../test/platform/connect-page.ts';
import { startGoogle } from '../../../test/platform/google.ts';
import {
  CALCOM_USER,
  connectionsOf,
  EXTERNAL_USER,
  PLATFORM_URL,
  pushed,
  startPlatform,
} from '../../../test/platform/platform.ts';

describe('connecting Google Calendar', () => {
  test('the user goes to the provider, with PKCE, and back to the host', async () => {
    const { google, receiver, all, platform } = await googleGround();
    const ada = newBrowser(all);
    const url = await connectLink(all, { apps: ['google-calendar'], returnUrl: RETURN_URL });
    const consentPage = new URL(await setOut(ada, url));
    expect(consentPage.origin).toBe(google.url);
    expect(consentPage.searchParams.get('code_challenge_method')).toBe('S256');
    expect(consentPage.searchParams.get('access_type')).toBe('offline');
    const back = await google.consent(ada, consentPage.href);
    const end = new URL(location(await ada.get(back)));
    expect(`${end.origin}${end.pathname}`).toBe('https://host.example/settings');
    expect(Object.fromEntries(end.searchParams)).toEqual({
      tab: 'apps',
      keyferry: 'connected',
      app: 'google-calendar',
    });

    expect(await platform.runOutbox()).toBe(1);
    const push = pushed(receiver.received[0]?.body ?? '');
    expect(push).toMatchObject({ userId: CALCOM_USER, appSlug: 'google-calendar' });
    expect(push.keys.access_token).toMatch(/^google_/);
    expect(push.keys).not.toHaveProperty('refresh_token');
    expect(push.keys).not.toHaveProperty('id_token');
    expect(await connectionsOf(all)).toMatchObject([
      { status: 'connected', version: 1, externalUserId: EXTERNAL_USER },
    ]);
  });

  test('a reconnect keeps the id of the connection and clears what was wrong', async () => {
    const { google, all, platform } = await googleGround();
    const walk = async () => {
      const ada = newBrowser(all);
      const consentPage = await setOut(ada, await connectLink(all, { apps: ['google-calendar'] }));
      await ada.get(await google.consent(ada, consentPage));
      return connectionsOf(all);
    };
    const [before] = await walk();
    await platform.database.db.updateTable('connection').set({ status: 'needs_reconnect' }).execute();
    const [after, ...more] = await walk();
    expect(more).toEqual([]);
    expect(after).toMatchObject({ id: before?.id, version: 2, status: 'connected', statusReason: null });
    expect(after?.events.map(({ kind }) => kind)).toEqual(['connection.reconnected', 'connection.connected']);
  });
});

describe('the browser cookie', () => {
  test('is HttpOnly and Lax; on https also Secure and of this host alone', async () => {
    const google = await startGoogle();
    const plain = await startPlatform({ providers: google.providers });
    const secure = await startPlatform({ providers: google.providers, publicUrl: 'https://platform.test' });
    const [one, other] = await Promise.all(
      [plain, secure].map(async all => {
        const url = await connectLink(all, { apps: ['google-calendar'] });
        const ada = browser({ [new URL(url).origin]: all.platform.fetch });
        return (await openLink(ada, url)).headers.get('set-cookie') ?? '';
      }),
    );
    expect(one).toMatch(/^keyferry_connect=[\w-]{43}; Max-Age=2400; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(other).toMatch(/^__Host-keyferry_connect=.*; HttpOnly; Secure; SameSite=Lax$/);
  });
});

test('nothing of a walk that was logged holds a secret of it', async () => {
  const google = await startGoogle();
  const all = await startPlatform({ providers: google.providers });
  const ada = newBrowser(all);
  const url = await connectLink(all, { apps: ['google-calendar'] });
  const consentPage = new URL(await setOut(ada, url));
  const state = consentPage.searchParams.get('state') ?? '';
  await ada.get(
    `${PLATFORM_URL}/api/connect/callback?${new URLSearchParams({ state, error: 'access_denied' })}`,
  );
  const session = await openSession(ada, url);
  await all.platform.database.db.deleteFrom('platform_app').execute();
  const begun = await ada.ask('POST', `${appAddress(url, session, 'google-calendar')}/begin`);
  expect([begun.status, await begun.json()]).toMatchObject([409, { code: 'app_keys_missing' }]);
  await all.platform.database.db.schema.dropTable('oauth_attempt').execute();
  const broken = await ada.get(`${PLATFORM_URL}/api/connect/callback?state=${state}&code=made-up`);
  expect(outcomeOf(broken)).toBe('internal');
  expect(broken.headers.get('referrer-policy')).toBe('no-referrer');
  const logged = all.logged.join('');
  expect(logged).toContain('connect failed');
  const cookies = [...(ada.cookies.get('platform.test')?.values() ?? [])];
  expect(cookies).toHaveLength(1);
  const token = new URL(url).pathname.slice('/connect/'.length);
  for (const secret of [state, token, 'made-up', ...cookies]) {
    expect(logged).not.toContain(secret);
    expect(location(broken)).not.toContain(secret);
  }
});
