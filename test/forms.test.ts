import { describe, expect, test } from 'vitest';
import { createCatalogue, isFormApp } from '../src/apps/index.ts';
import { aesKey } from '../src/protocol/index.ts';
import { type BothSides, startBothSides } from './both-sides.ts';
import { engines } from './engines.ts';
import { asEntered, formEntries } from './form-entries.ts';
import { formServices } from './form-services.ts';
import { browser } from './platform/browser.ts';
import { appAddress, openLink, openSession } from './platform/connect-page.ts';

const apps = [...createCatalogue().values()].filter(isFormApp);
const sqlite = engines.filter(({ name }) => name === 'sqlite');
const CALENDSO_KEY = aesKey('abcdefghijklmnopqrstuvwxyz012345');
const SECRET = 'sync-secret-of-the-tests-0123456789';

interface Delivery {
  readonly state: string;
  readonly lastError: string | null;
}

test('every app with a form has an entry here, and there are thirteen', () => {
  const entries = Object.keys(formEntries({ caldav: '', feed: '' }));
  expect(new Set(apps.map(({ slug }) => slug))).toEqual(new Set(entries));
  expect(apps).toHaveLength(13);
});

test.each(apps)('what $name is tried at is typed by the user or stands in its record', ({ credential }) => {
  const typed = credential.fields.some(({ input }) => input === 'url' || input === 'lines');
  expect(credential.verify === null || typed || credential.apiBase !== undefined).toBe(true);
});

describe.each(sqlite)('on $name', engine => {
  /** Both sides, their services, and what a user of the app enters. */
  async function setUp(slug: string, calendsoKey = CALENDSO_KEY as typeof CALENDSO_KEY | null) {
    const services = await formServices();
    const providers = {
      'apple-calendar': { apiBase: `${services.url}/dav/` },
      paypal: { apiBase: services.url },
    };
    const platform = { calendsoKey, allowPrivateAddresses: true };
    const sides = await startBothSides(engine, async () => providers, {
      platform,
      instance: { calendsoKey },
    });
    await sides.instance.api('PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true });
    const entries: Record<string, Readonly<Record<string, unknown>>> = formEntries({
      caldav: `${services.url}/dav/`,
      feed: `${services.url}/feed.ics`,
    });
    const entry = entries[slug];
    if (entry === undefined) throw new Error(`no entry for ${slug}`);
    return { ...sides, entry, user: { externalUserId: 'ada', calcomUserId: sides.userId } };
  }

  async function stored({ instance, userId }: BothSides, appSlug: string) {
    return instance.api<{ credential: unknown }>('POST', '/api/keyferry/v1/form-credential', {
      userId,
      appSlug,
    });
  }

  describe.each(apps)('$name', ({ slug, credential }) => {
    test('is connected by its form, delivered, read by its schema, and disconnected', async () => {
      const sides = await setUp(slug);
      const { platform, entry, user } = sides;
      const { url } = await platform.api<{ url: string }>('POST', '/api/keyferry/v1/connect-sessions', {
        ...user,
        apps: [slug],
        returnUrl: 'https://host.example/done',
      });
      const ada = browser({});
      const action = appAddress(url, await openSession(ada, url), slug);
      const end = await ada.ask('POST', action, { fields: asEntered(entry) });
      expect([end.status, await end.json()]).toEqual([
        200,
        { returnTo: `https://host.example/done?keyferry=connected&app=${slug}` },
      ]);
      expect((await openLink(ada, url)).status).toBe(410);
      expect(await platform.role.runOutbox()).toBe(1);
      const { connections } = await platform.api<{ connections: { id: string; status: string }[] }>(
        'GET',
        '/api/keyferry/v1/connections',
      );
      expect(connections).toMatchObject([{ status: 'connected', appSlug: slug, expiresAt: null }]);
      const read = await stored(sides, slug);
      expect(read.credential).toEqual(entry);
      expect(credential.schema.parse(read.credential)).toEqual(entry);

      const id = connections[0]?.id;
      const gone = await platform.api('DELETE', `/api/keyferry/v1/connections/${id}`);
      expect(gone).toMatchObject({ revoked: false, reason: expect.stringContaining('nothing was granted') });
      expect(await platform.role.runOutbox()).toBe(1);
      await expect(stored(sides, slug)).rejects.toThrow('credential_not_found');
    });

    test('is imported, delivered without a key of the instance, and has no token', async () => {
      const sides = await setUp(slug, null);
      const { platform, instance, entry, user, userId } = sides;
      const imported = { ...entry, note: 'a member that nobody knows' };
      await platform.api('POST', '/api/keyferry/v1/connections', {
        ...user,
        appSlug: slug,
        credential: imported,
      });
      expect(await platform.role.runOutbox()).toBe(1);
      expect((await stored(sides, slug)).credential).toEqual(imported);

      await expect(instance.role.accessToken({ userId, appSlug: slug })).rejects.toMatchObject({
        code: 'not_a_token_app',
        status: 409,
      });
      const asked = await fetch(`${platform.url}/api/sync`, {
        method: 'POST',
        headers: { 'calcom-webhook-secret': SECRET },
        body: new URLSearchParams({ calcomUserId: String(userId), appSlug: slug }),
      });
      expect([asked.status, await asked.json()]).toMatchObject([404, { code: 'app_not_found' }]);
    });

    test('is refused on import where a member is missing: it is named, its values are not', async () => {
      const { platform, entry, user } = await setUp(slug);
      // HitPay wants one pair of two, so that no field of its own is needed.
      const [name = 'prod'] = credential.fields.filter(({ required }) => required).map(field => field.name);
      const rest = Object.fromEntries(Object.entries(entry).filter(([member]) => member !== name));
      const answer = await platform
        .api('POST', '/api/keyferry/v1/connections', { ...user, appSlug: slug, credential: rest })
        .then(String, String);
      expect(answer).toContain(`credential.${name}`);
      for (const value of Object.values(asEntered(rest))
        .map(String)
        .filter(text => text.length > 3)) {
        expect(answer).not.toContain(value);
      }
    });

    test('is delivered to a Cal.com only in the nesting that its reader opens', async () => {
      const services = await formServices();
      const sides = await startBothSides(engine, async () => ({}), { platform: { targetKind: 'calcom' } });
      const { platform, instance, userId } = sides;
      await instance.api('PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true });
      const entries: Record<string, object> = formEntries({ caldav: services.url, feed: services.url });
      const { id } = await platform.api<{ id: string }>('POST', '/api/keyferry/v1/connections', {
        externalUserId: 'ada',
        calcomUserId: userId,
        appSlug: slug,
        credential: entries[slug],
      });
      await platform.role.runOutbox();
      const { deliveries } = await platform.api<{ deliveries: Delivery[] }>(
        'GET',
        `/api/keyferry/v1/connections/${id}`,
      );
      const { apps: views } = await platform.api<{ apps: { slug: string; notDeliverable: string | null }[] }>(
        'GET',
        '/api/keyferry/v1/apps',
      );
      const reason = views.find(view => view.slug === slug)?.notDeliverable;
      if (credential.nesting === 'plain') {
        expect(deliveries).toMatchObject([{ state: 'done', lastError: null }]);
        expect(reason).toBeNull();
      } else {
        const lastError = expect.stringMatching(/^not_deliverable: CALENDSO_ENCRYPTION_KEY/);
        expect(deliveries).toMatchObject([{ state: 'stopped', lastError }]);
        expect(reason).toContain('CALENDSO_ENCRYPTION_KEY');
      }
    });
  });

  test('what came sealed is kept as it came by an instance without the key', async () => {
    const { platform, instance, user, userId } = await startOf(engine);
    await platform.api('POST', '/api/keyferry/v1/connections', {
      ...user,
      appSlug: 'sendgrid',
      credential: { api_key: 'SG.1' },
    });
    expect(await platform.role.runOutbox()).toBe(1);
    await expect(instance.role.formCredential({ userId, appSlug: 'sendgrid' })).rejects.toMatchObject({
      code: 'keys_unreadable',
    });
  });
});

async function startOf(engine: (typeof engines)[number]) {
  const sides = await startBothSides(engine, async () => ({}), { platform: { calendsoKey: CALENDSO_KEY } });
  await sides.instance.api('PUT', '/api/keyferry/v1/apps/sendgrid', { enabled: true });
  return { ...sides, user: { externalUserId: 'ada', calcomUserId: sides.userId } };
}
