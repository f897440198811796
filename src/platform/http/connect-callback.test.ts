import { describe, expect, test } from 'vitest';
import { location } from '../../../test/platform/browser.ts';
import { connectLink, googleGround, newBrowser, RETURN_URL } from '../../../test/platform/connect-ground.ts';
import { openSession, outcomeOf, setOut } from '../../../test/platform/connect-page.ts';
import { connectionsOf, PLATFORM_URL } from '../../../test/platform/platform.ts';

describe('the callback', () => {
  test('a callback counts once', async () => {
    const { google, all } = await googleGround();
    const ada = newBrowser(all);
    const back = await google.consent(
      ada,
      await setOut(ada, await connectLink(all, { apps: ['google-calendar'] })),
    );
    expect(outcomeOf(await ada.get(back))).toBe('connected');
    expect(outcomeOf(await ada.get(back))).toBe('session_invalid');
    expect(await connectionsOf(all)).toMatchObject([{ version: 1 }]);
  });

  test('a callback in another browser is refused and consumes nothing', async () => {
    const { google, all } = await googleGround();
    const [ada, eve] = [newBrowser(all), newBrowser(all)];
    const consentPage = await setOut(ada, await connectLink(all, { apps: ['google-calendar'] }));
    const back = await google.consent(eve, consentPage);
    expect(outcomeOf(await eve.get(back))).toBe('session_invalid');
    await openSession(eve, await connectLink(all, { apps: ['google-calendar'] }));
    expect(outcomeOf(await eve.get(back))).toBe('session_invalid');
    expect(await connectionsOf(all)).toEqual([]);
    expect(outcomeOf(await ada.get(back))).toBe('connected');
  });

  test.each([
    ['an unknown state', (back: URL) => back.searchParams.set('state', 'x'.repeat(43))],
    ['two states', (back: URL) => back.searchParams.append('state', 'x')],
    ['no state', (back: URL) => back.searchParams.delete('state')],
  ])('%s is refused', async (_, change) => {
    const { google, all } = await googleGround();
    const ada = newBrowser(all);
    const consentPage = await setOut(ada, await connectLink(all, { apps: ['google-calendar'] }));
    const back = new URL(await google.consent(ada, consentPage));
    change(back);
    const answer = await ada.get(back.href);
    expect(location(answer)).toBe(`${PLATFORM_URL}/connect/result?code=session_invalid`);
    expect(await connectionsOf(all)).toEqual([]);
  });

  test.each([
    ['access_denied', 'consent_denied'],
    ['server_error', 'provider_failed'],
    ['invalid_scope', 'provider_refused'],
  ])('the error %s of the provider is %s, with a way on', async (error, code) => {
    const { all } = await googleGround();
    const ada = newBrowser(all);
    const refuse = async (url: string) => {
      const state = new URL(await setOut(ada, url)).searchParams.get('state') ?? '';
      const query = new URLSearchParams({ state, error });
      return new URL(location(await ada.get(`${PLATFORM_URL}/api/connect/callback?${query}`)));
    };
    const url = await connectLink(all, { apps: ['google-calendar'] });
    const result = await refuse(url);
    const { id } = await openSession(ada, url);
    expect(result.pathname).toBe(`/connect/session/${id}/result`);
    expect(Object.fromEntries(result.searchParams)).toEqual({ app: 'google-calendar', code });
    expect(await setOut(ada, url)).toContain('/o/oauth2/v2/auth');

    const end = await refuse(await connectLink(all, { apps: ['google-calendar'], returnUrl: RETURN_URL }));
    expect(end.searchParams.get('keyferry')).toBe('error');
    expect(end.searchParams.get('code')).toBe(code);
  });

  test('a code that the provider refuses is no connection', async () => {
    const { all } = await googleGround();
    const ada = newBrowser(all);
    const consentPage = new URL(await setOut(ada, await connectLink(all, { apps: ['google-calendar'] })));
    const query = new URLSearchParams({
      state: consentPage.searchParams.get('state') ?? '',
      code: 'made-up',
    });
    expect(outcomeOf(await ada.get(`${PLATFORM_URL}/api/connect/callback?${query}`))).toBe(
      'provider_refused',
    );
    expect(await connectionsOf(all)).toEqual([]);
  });

  test('an attempt ends after 10 minutes', async () => {
    const { google, all, clock } = await googleGround();
    const ada = newBrowser(all);
    const consentPage = await setOut(ada, await connectLink(all, { apps: ['google-calendar'] }));
    const back = await google.consent(ada, consentPage);
    clock.advance(10 * 60_000);
    expect(outcomeOf(await ada.get(back))).toBe('session_invalid');
    expect(await connectionsOf(all)).toEqual([]);
  });
});
