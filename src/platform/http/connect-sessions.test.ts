import { describe, expect, test } from 'vitest';
import { browser } from '../../../test/platform/browser.ts';
import { openLink } from '../../../test/platform/connect-page.ts';
import { CALCOM_USER, EXTERNAL_USER, PLATFORM_URL, startPlatform } from '../../../test/platform/platform.ts';

const USER = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };

test('a link says in which language its page is wanted', async () => {
  const { api, platform } = await startPlatform();
  const wish = { ...USER, apps: ['zoom'], locale: 'de-AT' };
  const made = await api('POST', '/api/keyferry/v1/connect-sessions', wish);
  const { url } = (await made.json()) as { url: string };
  expect(url).toMatch(/\/connect\/[\w-]{43}\?lang=de-AT$/);
  expect((await openLink(browser({ [PLATFORM_URL]: platform.fetch }), url)).status).toBe(200);
});

describe('a link that cannot be made', () => {
  test.each([
    [{ apps: ['no-such-app'] }, 404, 'app_not_found'],
    [{ apps: [] }, 400, 'body_invalid'],
    [{ returnUrl: 'javascript:alert(1)' }, 400, 'body_invalid'],
    [{ returnUrl: 'ftp://host.example' }, 400, 'body_invalid'],
    [{ locale: 'de"><script>' }, 400, 'body_invalid'],
    [{ calcomUserId: 0 }, 400, 'body_invalid'],
    [{ calcomUserId: '7' }, 400, 'body_invalid'],
    [{ externalUserId: '' }, 400, 'body_invalid'],
  ])('%j is %i %s', async (members, status, code) => {
    const { api } = await startPlatform();
    const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, ...members });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  test('an app without keys says so', async () => {
    const { api, platform } = await startPlatform();
    await platform.database.db.deleteFrom('platform_app').where('slug', '=', 'zoom').execute();
    const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, apps: ['zoom'] });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'app_keys_missing' });
  });

  test('an id of the instance that is another user’s is a conflict', async () => {
    const { api, connect } = await startPlatform();
    await connect('zoom', { access_token: 'a' });
    const members = { externalUserId: 'user-2', calcomUserId: CALCOM_USER, apps: ['zoom'] };
    const response = await api('POST', '/api/keyferry/v1/connect-sessions', members);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'conflict' });
  });
});
