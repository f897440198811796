import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Store } from '../src/lib/db/index.ts';
import { WEBHOOK_PATH } from '../src/protocol/index.ts';
import { engines } from './engines.ts';
import { FAULTS } from './faults.ts';
import { type Browser, browser, location } from './platform/browser.ts';
import { openLink, outcomeOf, setOut } from './platform/connect-page.ts';
import { secretsIn } from './secret-search.ts';
import {
  CLIENT,
  credential,
  EMAIL,
  EXTERNAL_USER,
  importInto,
  madeUp,
  startTapped,
  type TappedSides,
  token,
  useCalendar,
} from './tapped-sides.ts';

const GOOGLE = 'google-calendar';
const ZOOM = 'zoom';
const HOUR_MS = 3_600_000;

describe.each(engines.filter(({ name }) => name !== 'pglite'))('a full run on $name', engine => {
  test.skipIf(!engine.available)(
    'logs, and logs no secret',
    async () => {
      const sides = await startTapped(engine);
      const userId = await setUp(sides);
      await connectAndWork(sides, userId);
      await connectInVain(sides, userId);
      await pushInVain(sides, userId);
      await failAtProvider(sides, userId);
      await failAtSyncEndpoint(sides, userId);
      await failAtCalendar(sides, userId);
      await failAtTarget(sides, userId);
      await findUnreadable(sides, userId);
      await breakDatabases(sides, userId);
      await disconnect(sides, userId);
      await sides.close();
      await knock(sides, userId);

      const { lines, secrets } = sides;
      const told = (role: keyof typeof lines) => [
        ...new Set(lines[role].map(line => JSON.parse(line).msg as string)),
      ];
      expect(told('instance')).toEqual(
        expect.arrayContaining(['push refused', 'refresh failed', 'request failed']),
      );
      expect(told('platform')).toEqual(
        expect.arrayContaining([
          'connect failed',
          'refresh failed',
          'delivery stopped',
          'delivery failed',
          'request failed',
        ]),
      );
      expect([...secrets.keys()].sort()).toEqual(KINDS);
      expect(secretsIn([...lines.instance, ...lines.platform].join(''), secrets)).toEqual([]);
    },
    120_000,
  );
});

/** What a full run must have used. */
const KINDS = [
  'AES key',
  'API key',
  'Basic',
  'Bearer',
  'ID token',
  'PKCE verifier',
  'access token',
  'authorization code',
  'ciphertext',
  'client at Basic',
  'client secret',
  'connect token',
  'cookie',
  'refresh token',
  'sealing key',
  'state',
  'sync secret',
  'token to revoke',
];

/** A user at the instance, and the keys of both apps on both sides. */
async function setUp({ call, toInstance, toPlatform }: TappedSides): Promise<number> {
  for (const slug of [GOOGLE, ZOOM]) {
    await call(toPlatform, 'PUT', `/api/keyferry/v1/apps/${slug}`, { keys: CLIENT });
    await call(toInstance, 'PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true, keys: CLIENT });
    for (const side of [toPlatform, toInstance]) {
      const keys = { client_id: CLIENT.client_secret, client_secret: [CLIENT.client_secret] };
      await call(side, 'PUT', `/api/keyferry/v1/apps/${slug}`, { keys });
    }
  }
  const { user } = (await (await call(toInstance, 'POST', '/api/v1/users', { email: EMAIL })).json()) as {
    user: { id: number };
  };
  return user.id;
}

/** The tour: connect, push, work, expire, refresh. */
async function connectAndWork(sides: TappedSides, userId: number): Promise<void> {
  const ada = browser({});
  const back = await walk(sides, ada, userId);
  expect(outcomeOf(await ada.get(back))).toBe('connected');
  expect(await sides.platform.runOutbox()).toBe(1);
  expect(await useCalendar(sides, userId)).toEqual([200, 200, 201, 200, 204]);
  sides.clock.advance(2 * HOUR_MS);
  expect(await useCalendar(sides, userId)).toEqual([200, 200, 201, 200, 204]);
  expect((await token(sides, userId, GOOGLE, true)).status).toBe(200);
  expect(await sides.platform.runOutbox()).toBe(1);
}

/** A browser's walk to the provider. @returns where it is sent back to */
async function walk(
  { call, toPlatform, google }: TappedSides,
  ada: Browser,
  userId: number,
): Promise<string> {
  const wish = { externalUserId: EXTERNAL_USER, calcomUserId: userId, apps: [GOOGLE] };
  const made = await call(toPlatform, 'POST', '/api/keyferry/v1/connect-sessions', wish);
  const { url } = (await made.json()) as { url: string };
  const page = new URL(await setOut(ada, url));
  // Another browser with the same link is turned away.
  expect((await openLink(browser({}), url)).status).toBe(410);
  const form = { ...Object.fromEntries(page.searchParams), email: EMAIL };
  return location(await ada.post(`${google}/o/oauth2/v2/auth/callback`, form));
}

/** The ways in which a walk to the provider fails. */
async function connectInVain(sides: TappedSides, userId: number): Promise<void> {
  const ada = browser({});
  for (const fault of Object.values(FAULTS)) {
    const back = await walk(sides, ada, userId);
    sides.toGoogle.intercept = fault;
    await ada.get(back);
    sides.toGoogle.intercept = () => null;
    // The state is spent.
    expect(outcomeOf(await ada.get(back))).toBe('session_invalid');
  }
  const refused = new URL(await walk(sides, ada, userId));
  const code = refused.searchParams.get('code') ?? '';
  refused.searchParams.set('error', code);
  refused.searchParams.set('error_description', code);
  refused.searchParams.delete('code');
  expect(outcomeOf(await ada.get(refused.href))).toBe('provider_refused');
}

async function pushInVain(sides: TappedSides, userId: number): Promise<void> {
  const { push, toInstance } = sides;
  const good = credential(sides, HOUR_MS);
  const text = JSON.stringify(good);
  const { access_token } = good as { access_token: string };
  for (const unreadable of [access_token, `${text}.`, text.slice(0, 40), JSON.stringify([access_token])]) {
    expect((await push(userId, GOOGLE, unreadable)).status).toBe(400);
  }
  expect((await push(userId, access_token, text)).status).toBe(404);
  expect((await push(userId, GOOGLE, JSON.stringify({ ...good, access_token: [access_token] }))).status).toBe(
    400,
  );
  const body = JSON.stringify({ userId, appSlug: GOOGLE, keys: text });
  const url = `${toInstance.url}${WEBHOOK_PATH}`;
  const [secret = ''] = sides.secrets.get('sync secret') ?? [];
  const statuses: number[] = [];
  for (const [given, sent] of [
    [`${secret}.`, body],
    [secret, body],
    [secret, text.slice(0, 40)],
    [secret, JSON.stringify({ userId: text, appSlug: [text], keys: { text } })],
    [secret, text.padEnd(300_000)],
  ] as const) {
    const headers = { 'calcom-webhook-secret': given };
    statuses.push((await fetch(url, { method: 'POST', headers, body: sent })).status);
  }
  expect(statuses).toEqual([403, 400, 400, 400, 413]);
  const headers = { authorization: `Bearer ${access_token}` };
  expect((await fetch(`${toInstance.url}/api/v1/users`, { headers })).status).toBe(401);
}

async function failAtProvider(sides: TappedSides, userId: number): Promise<void> {
  for (const appSlug of [GOOGLE, ZOOM]) {
    for (const fault of Object.values(FAULTS)) {
      await importInto(sides, userId, appSlug, -HOUR_MS);
      await sides.push(userId, appSlug, JSON.stringify(credential(sides, -HOUR_MS)));
      sides.toGoogle.intercept = fault;
      expect((await sides.sync(userId, appSlug)).ok).toBe(false);
      expect((await token(sides, userId, appSlug)).ok).toBe(false);
      await sides.platform.runOutbox();
      sides.toGoogle.intercept = () => null;
    }
  }
}

async function failAtSyncEndpoint(sides: TappedSides, userId: number): Promise<void> {
  for (const [name, fault] of Object.entries(FAULTS)) {
    await sides.push(userId, GOOGLE, JSON.stringify(credential(sides, -HOUR_MS)));
    sides.toPlatform.intercept = fault;
    expect((await token(sides, userId, GOOGLE)).ok, name).toBe(false);
    sides.toPlatform.intercept = () => null;
  }
}

async function failAtCalendar(sides: TappedSides, userId: number): Promise<void> {
  for (const fault of Object.values(FAULTS)) {
    await sides.push(userId, GOOGLE, JSON.stringify(credential(sides, HOUR_MS)));
    sides.toGoogle.intercept = fault;
    await useCalendar(sides, userId);
    sides.toGoogle.intercept = () => null;
  }
}

async function failAtTarget(sides: TappedSides, userId: number): Promise<void> {
  for (const fault of Object.values(FAULTS)) {
    await importInto(sides, userId, GOOGLE, HOUR_MS);
    sides.toInstance.intercept = fault;
    expect(await sides.platform.runOutbox()).toBeGreaterThan(0);
    sides.toInstance.intercept = () => null;
  }
}

/** Rows that were changed, or whose key is gone. */
async function findUnreadable(sides: TappedSides, userId: number): Promise<void> {
  const { instance, platform } = sides;
  for (const prefix of ['gone.', 'k0.AA']) {
    await importInto(sides, userId, GOOGLE, HOUR_MS);
    await sql`update "Credential" set "sealedKey" = ${prefix} || "sealedKey"`.execute(instance.database.db);
    await sql`update "connection" set "sealedCredential" = ${prefix} || "sealedCredential"`.execute(
      platform.database.db,
    );
    await knock(sides, userId);
    await sides.push(userId, GOOGLE, JSON.stringify(credential(sides, HOUR_MS)));
  }
}

async function breakDatabases(sides: TappedSides, userId: number): Promise<void> {
  const { instance, platform } = sides;
  for (const table of ['Credential', 'event']) {
    await without(instance.database, table, () => knock(sides, userId));
  }
  for (const table of ['connection', 'target', 'outbox', 'connect_session', 'platform_event']) {
    await importInto(sides, userId, GOOGLE, HOUR_MS);
    await without(platform.database, table, () => knock(sides, userId));
  }
}

async function without({ db }: Store, table: string, run: () => Promise<void>): Promise<void> {
  const [name, away] = [sql.ref(table), sql.ref(`${table}_away`)];
  await sql`alter table ${name} rename to ${away}`.execute(db);
  await run();
  await sql`alter table ${away} rename to ${name}`.execute(db);
}

/** Everything once, whatever comes of it. */
async function knock(sides: TappedSides, userId: number): Promise<void> {
  const { call, push, sync, platform, toPlatform } = sides;
  await push(userId, GOOGLE, JSON.stringify(credential(sides, HOUR_MS)));
  await token(sides, userId, GOOGLE, true);
  await useCalendar(sides, userId);
  await sync(userId, GOOGLE);
  await importInto(sides, userId, GOOGLE, HOUR_MS);
  await platform.runOutbox().catch(() => 0);
  const wish = { externalUserId: EXTERNAL_USER, calcomUserId: userId, apps: [GOOGLE] };
  const made = await call(toPlatform, 'POST', '/api/keyferry/v1/connect-sessions', wish);
  const { url } = (await made.json()) as { url?: string };
  const link = url ?? `${toPlatform.url}/connect/${Buffer.from(madeUp()).toString('base64url').slice(0, 43)}`;
  await browser({}).get(link);
  await openLink(browser({}), link);
  await browser({}).get(
    `${toPlatform.url}/api/connect/callback?state=${encodeURIComponent(madeUp())}&code=x`,
  );
}

async function disconnect(sides: TappedSides, userId: number): Promise<void> {
  const { call, toGoogle, toInstance, toPlatform, platform } = sides;
  for (const fault of [...Object.values(FAULTS), () => null]) {
    const id = await importInto(sides, userId, GOOGLE, HOUR_MS);
    await platform.runOutbox();
    toGoogle.intercept = fault;
    toInstance.intercept = fault;
    expect((await call(toPlatform, 'DELETE', `/api/keyferry/v1/connections/${id}`)).status).toBe(200);
    await platform.runOutbox();
    toGoogle.intercept = () => null;
    toInstance.intercept = () => null;
  }
}
