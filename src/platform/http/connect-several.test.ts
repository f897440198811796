import { describe, expect, test } from 'vitest';
import { connectLink, newBrowser } from '../../../test/platform/connect-ground.ts';
import { appAddress, openLink, openSession, outcomeOf, setOut } from '../../../test/platform/connect-page.ts';
import { startGoogle } from '../../../test/platform/google.ts';
import { PLATFORM_URL, startPlatform } from '../../../test/platform/platform.ts';
import { startStrictProvider } from '../../../test/platform/strict-provider.ts';

describe('connecting several apps', () => {
  test('the page lets the user choose, until all are done', async () => {
    const [google, strict] = [await startGoogle(), await startStrictProvider()];
    const all = await startPlatform({ providers: { ...google.providers, ...strict.providers } });
    const ada = newBrowser(all);
    const url = await connectLink(all);
    const session = await openSession(ada, url);
    expect(session).toMatchObject({ open: true, returnUrl: null, expiresAt: all.clock.now() + 30 * 60_000 });
    expect(session.apps).toEqual([
      expect.objectContaining({
        slug: 'google-calendar',
        name: 'Google Calendar',
        kind: 'oauth',
        done: false,
      }),
      expect.objectContaining({ slug: 'zoom', kind: 'oauth', fields: [], done: false }),
    ]);
    const view = async () => {
      const answer = await ada.ask('GET', `${PLATFORM_URL}/api/connect/sessions/${session.id}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      return (await answer.json()) as typeof session;
    };

    const consentPage = await setOut(ada, url, 'google-calendar');
    expect(outcomeOf(await ada.get(await google.consent(ada, consentPage)))).toBe('connected');
    expect((await view()).apps.map(({ done }) => done)).toEqual([true, false]);
    const again = await ada.ask('POST', `${appAddress(url, session, 'google-calendar')}/begin`);
    expect(again.status).toBe(410);

    const last = await strict.consent(ada, await setOut(ada, url, 'zoom'));
    expect(outcomeOf(await ada.get(last))).toBe('connected');
    expect(await view()).toMatchObject({ open: false, apps: [{ done: true }, { done: true }] });
    expect((await openLink(ada, url)).status).toBe(410);
    expect(strict.grants).toEqual(['authorization_code']);
  });

  test('two links in one browser stay apart: each is named by its id', async () => {
    const all = await startPlatform();
    const ada = newBrowser(all);
    const [one, other] = [
      await connectLink(all, { apps: ['zoom'] }),
      await connectLink(all, { apps: ['google-calendar'] }),
    ];
    const [first, second] = [await openSession(ada, one), await openSession(ada, other)];
    expect(first.id).not.toBe(second.id);
    expect((await ada.ask('POST', `${appAddress(one, first, 'google-calendar')}/begin`)).status).toBe(410);
    expect((await ada.ask('POST', `${appAddress(one, first, 'zoom')}/begin`)).status).toBe(200);
  });

  test('a session is nothing to another browser, to none, and to another site', async () => {
    const all = await startPlatform();
    const ada = newBrowser(all);
    const url = await connectLink(all, { apps: ['zoom'] });
    const session = await openSession(ada, url);
    const address = `${PLATFORM_URL}/api/connect/sessions/${session.id}`;
    const begin = `${appAddress(url, session, 'zoom')}/begin`;
    const eve = newBrowser(all);
    expect((await eve.ask('GET', address)).status).toBe(410);
    await openSession(eve, await connectLink(all, { apps: ['zoom'] }));
    expect((await eve.ask('GET', address)).status).toBe(410);
    expect((await eve.ask('POST', begin)).status).toBe(410);
    const [cookie = ''] = [...(ada.cookies.get('platform.test') ?? [])].map(pair => pair.join('='));
    for (const headers of [
      { cookie, origin: 'https://evil.example' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie },
    ] as Record<string, string>[]) {
      const answer = await all.platform.fetch(new Request(begin, { method: 'POST', headers }));
      expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'origin_refused' }]);
    }
    expect((await ada.ask('POST', begin)).status).toBe(200);
  });
});
