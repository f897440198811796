import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compatibilityTable,
  holdsCredential,
  pushShape,
  REFRESH_TOKEN_STAND_IN,
  refreshReply,
} from '../src/apps/calcom/index.ts';
import { createCatalogue, isOAuthApp } from '../src/apps/index.ts';
import { type Credential, readCredential, writeCredential } from '../src/protocol/index.ts';
import { CALCOM_APPS, type CalcomApp, type Reading } from './calcom-readers.ts';
import { CALCOM_USER, pushed, startPlatform } from './platform/platform.ts';
import { scriptedServer } from './platform/server.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
const apps = [...createCatalogue().values()];
const oauthApps = apps.filter(isOAuthApp);

/** What a provider gives, and what it adds that belongs to the account; with what Cal.com's readers refuse. */
function granted(members: Record<string, unknown> = {}) {
  return {
    access_token: 'access-1',
    refresh_token: 'refresh-1',
    token_type: 'bearer',
    scope: 'some other order',
    expires_in: '3600',
    ext_expires_in: '3600',
    id_token: null,
    refresh_token_expires_in: '7776000',
    refresh_expires_in: 1,
    refresh_expires_date: 1,
    api_domain: 'https://api.example',
    'accounts-server': 'https://accounts.zoho.eu',
    location: 'eu',
    instance_url: 'https://instance.example',
    account: { id: 5 },
    admin_id: '12',
    stripe_user_id: 'acct_1',
    stripe_publishable_key: 'pk_1',
    default_currency: 'eur',
    ...members,
  };
}

function known(slug: string): CalcomApp {
  const app = CALCOM_APPS[slug];
  if (app === undefined) throw new Error(`no reader of ${slug}`);
  return app;
}

/** Apps whose code asks the platform and can read its answer. */
const askingApps = oauthApps.flatMap(app => {
  const { readKey, readReply } = known(app.slug);
  return readReply === null ? [] : [{ ...app, readKey, readReply }];
});

test('there is a reader for every app with tokens, and they agree on what Cal.com refreshes', () => {
  const declared = oauthApps.map(({ slug, credential }) => [slug, credential.calcom.refreshed]);
  const read = Object.entries(CALCOM_APPS).map(([slug, { refreshed }]) => [slug, refreshed]);
  expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(read));
});

const OPTIONS = [{ withRefreshToken: false }, { withRefreshToken: true }];

describe.each(OPTIONS)('to a Cal.com, %o', options => {
  describe.each(oauthApps)('$slug', ({ slug, credential: { calcom, oauth } }) => {
    const { readKey } = known(slug);

    test('the key that is pushed is read, and its end', () => {
      const reading = readKey(pushShape(readCredential(granted(), NOW), calcom, NOW, options), NOW);
      expect(reading.accessToken).toBe('access-1');
      // An end is left out only where its code does not miss it.
      const ends = calcom.pushExpiry === 'none' || !oauth.refreshable ? null : NOW + HOUR;
      expect(reading.ends).toBe(ends);
    });

    test('the refresh token travels when it is to, and no null does', () => {
      const credential = readCredential(granted({ other: null }), NOW);
      for (const shape of [pushShape, refreshReply]) {
        const sent = JSON.stringify(shape(credential, calcom, NOW, options));
        expect(sent.includes('refresh-1')).toBe(options.withRefreshToken);
        expect(sent).not.toContain('null');
      }
    });
  });

  describe.each(askingApps)('the answer to $slug', ({ credential: { calcom }, readKey, readReply }) => {
    /** What becomes of the stored key when this is the answer. */
    function keyAfter(credential: Credential, now: number): Reading {
      const before = pushShape(readCredential(granted(), NOW), calcom, NOW, options);
      return readKey(readReply(refreshReply(credential, calcom, now, options), before, now), now);
    }

    test('is read, and so is the key that it makes of it', () => {
      const later = NOW + HOUR;
      const fresh = readCredential(granted({ access_token: 'access-2' }), later);
      expect(keyAfter(fresh, later)).toEqual({ accessToken: 'access-2', ends: later + HOUR });
    });

    test('is taken for a year where it has no end', () => {
      const endless = readCredential(granted({ expires_in: undefined }), NOW);
      expect(keyAfter(endless, NOW).ends).toBe(NOW + 365 * 24 * HOUR);
    });

    test('is not taken for endless when it is about to end', () => {
      const ending = { ...readCredential(granted(), NOW), expiresAt: NOW + 400 };
      expect(keyAfter(ending, NOW).ends).toBeLessThanOrEqual(NOW + 1_000);
    });
  });
});

test("the readers are Cal.com's: the shape for a Keyferry does for one half of them alone", () => {
  const keys = writeCredential(readCredential(granted(), NOW), NOW, { withRefreshToken: false });
  const refused = Object.entries(CALCOM_APPS).filter(([, { readKey }]) => {
    try {
      const { ends } = readKey(keys, NOW);
      return ends !== null && ends !== NOW + HOUR;
    } catch {
      return true;
    }
  });
  expect(refused.map(([slug]) => slug).sort()).toEqual([
    'basecamp3',
    'dub',
    'feishu-calendar',
    'hubspot',
    'intercom',
    'lark-calendar',
    'salesforce',
    'webex',
    'zoho-bigin',
    'zohocalendar',
    'zohocrm',
  ]);
});

describe('what Cal.com was seen to do with answers, its stand-ins here do', () => {
  const reply = (slug: string, answer: object) => known(slug).readReply?.(answer, {}, NOW);
  test.each([
    ['a null', { access_token: 'a', refresh_token: null }],
    ['a number in a text', { access_token: 'a', expires_in: '3600' }],
    ['an envelope', { code: 0, data: { access_token: 'a' } }],
    ['nothing', {}],
  ])('OAuthManager refuses %s', (_, answer) => {
    expect(() => reply('zoom', answer)).toThrow();
  });
  test.each([{}, { expires_in: 0 }, { expiry_date: 0 }])('OAuthManager takes %o for a year', answer => {
    expect(reply('zoom', { access_token: 'a', ...answer })).toMatchObject({
      expiry_date: NOW + 365 * 24 * HOUR,
    });
  });
  test("Webex's refuses OAuthManager's answer, and Lark's does", () => {
    const answer = { access_token: 'a', token_type: 'Bearer', expires_in: 3600 };
    expect(() => reply('webex', answer)).toThrow();
    expect(() => reply('lark-calendar', answer)).toThrow();
  });
});

test('the stand-in for a refresh token is taken for none where it comes back', () => {
  const back = readCredential({ access_token: 'a', refresh_token: REFRESH_TOKEN_STAND_IN }, NOW);
  expect(back.refreshToken).toBeNull();
});

describe('a platform whose target is a Cal.com', () => {
  test.each(oauthApps)('pushes and answers $slug in its shape', async ({ slug }) => {
    const receiver = await scriptedServer();
    const { platform, connect, sync, clock } = await startPlatform({
      targetKind: 'calcom',
      webappUrl: receiver.url,
    });
    await connect(slug, granted({ id_token: '' }));
    await platform.runOutbox();
    const [push] = receiver.received.map(({ body }) => pushed(body));
    expect(push).toMatchObject({ userId: CALCOM_USER, appSlug: slug });
    const { readKey, readReply } = known(slug);
    expect(readKey(push?.keys, clock.now()).accessToken).toBe('access-1');
    if (readReply === null) return;
    const key = readReply(await (await sync(slug)).json(), push?.keys, clock.now());
    expect(readKey(key, clock.now()).accessToken).toBe('access-1');
  });
});

describe('docs/compatibility.md', () => {
  const [, table] = readFileSync(new URL('../docs/compatibility.md', import.meta.url), 'utf8').split(
    /<!-- \/?table -->/,
  );

  test('has the table that the catalogue makes; "node test/write-compatibility.ts" writes it', () => {
    expect(table?.trim()).toBe(compatibilityTable(apps).trim());
  });

  test('has all 35 apps with a credential, and says of each that is not refreshed why', () => {
    const holding = apps.filter(holdsCredential);
    expect(holding).toHaveLength(35);
    for (const { slug, credential } of holding) {
      const { refreshed, remark } = credential.calcom;
      if (refreshed === 'broken' || refreshed === 'not_asked') expect(remark, slug).not.toBe('');
    }
  });
});
