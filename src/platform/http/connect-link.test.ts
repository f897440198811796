import { describe, expect, test } from 'vitest';
import { connectLink, googleGround, newBrowser } from '../../../test/platform/connect-ground.ts';
import { openLink, openSession, outcomeOf, setOut } from '../../../test/platform/connect-page.ts';
import { PLATFORM_URL } from '../../../test/platform/platform.ts';

describe('the one-time link', () => {
  test('the link belongs to the first browser, and is spent once its app is connected', async () => {
    const { google, all } = await googleGround();
    const [ada, eve] = [newBrowser(all), newBrowser(all)];
    const url = await connectLink(all, { apps: ['google-calendar'] });
    const consentPage = await setOut(ada, url);
    const refused = await openLink(eve, url);
    expect([refused.status, await refused.json()]).toMatchObject([410, { code: 'session_invalid' }]);
    expect((await openLink(ada, url)).status).toBe(200);
    await ada.get(await google.consent(ada, consentPage));
    expect((await openLink(ada, url)).status).toBe(410);
  });

  test('a link ends after 30 minutes, a walk that was begun in time may end later', async () => {
    const { google, all, clock } = await googleGround();
    const [ada, bob] = [newBrowser(all), newBrowser(all)];
    const [one, other] = [
      await connectLink(all, { apps: ['google-calendar'] }),
      await connectLink(all, { apps: ['google-calendar'] }),
    ];
    clock.advance(29 * 60_000);
    const consentPage = await setOut(ada, one);
    const { id } = await openSession(ada, one);
    clock.advance(60_000);
    expect((await openLink(bob, other)).status).toBe(410);
    expect((await openLink(ada, one)).status).toBe(410);
    const begin = `${PLATFORM_URL}/api/connect/sessions/${id}/apps/google-calendar/begin`;
    expect((await ada.ask('POST', begin)).status).toBe(410);
    const back = await google.consent(ada, consentPage);
    clock.advance(8 * 60_000);
    expect(outcomeOf(await ada.get(back))).toBe('connected');
    // The result is still to be shown.
    const view = await ada.ask('GET', `${PLATFORM_URL}/api/connect/sessions/${id}`);
    expect(await view.json()).toMatchObject({ open: false, apps: [{ done: true }] });
  });

  test('what only looks at a link does not use it up: a scanner, a preview, a prefetch', async () => {
    const { all, platform } = await googleGround();
    const url = await connectLink(all, { apps: ['google-calendar'] });
    for (const init of [{}, { method: 'HEAD' }, { headers: { 'sec-purpose': 'prefetch' } }]) {
      const headers = { accept: 'text/html', ...init.headers };
      const page = await platform.fetch(new Request(url, { ...init, headers }));
      expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null]);
      // The address holds the token: no request from the page may name it.
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    expect(await setOut(newBrowser(all), url)).toContain('/o/oauth2/v2/auth');
  });
});
