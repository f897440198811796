import { randomBytes } from 'node:crypto';
import { createEmulator } from 'emulate';
import { onTestFinished } from 'vitest';
import type { ProviderOverrides } from '../src/apps/index.ts';
import { createInstance, type Instance, type InstanceConfig } from '../src/instance/index.ts';
import { createLog } from '../src/lib/log.ts';
import { parseKeyring } from '../src/lib/sealed-box.ts';
import { createPlatform, type Platform, type PlatformConfig } from '../src/platform/index.ts';
import { aesKey, encryptKeys, WEBHOOK_PATH } from '../src/protocol/index.ts';
import { type HeldClock, heldClock } from './clock.ts';
import type { TestEngine } from './engines.ts';
import { addSecret, type Secrets, type Wiretap, wiretap } from './wiretap.ts';

/** Both roles and an emulated Google, all that passes between them searched for secrets, and their logs. */
export interface TappedSides {
  readonly instance: Instance;
  readonly platform: Platform;
  readonly clock: HeldClock;
  /** What passes on the way to each. */
  readonly toInstance: Wiretap;
  readonly toPlatform: Wiretap;
  readonly toGoogle: Wiretap;
  /** Google's own address, for the browser. */
  readonly google: string;
  readonly lines: Readonly<Record<'instance' | 'platform', string[]>>;
  readonly secrets: Secrets;
  /** Calls the API of a side with the admin key. */
  call(side: Wiretap, method: string, path: string, json?: unknown): Promise<Response>;
  /** Sends a text to the instance's webhook, encrypted. */
  push(userId: number, appSlug: string, text: string): Promise<Response>;
  /** Asks the platform's sync endpoint. */
  sync(userId: number, appSlug: string): Promise<Response>;
  close(): Promise<void>;
}

const ODD = ['"', '\\', '+', '/', '%', '&', '=', '<'];

export const EMAIL = 'ada@example.com';
export const EXTERNAL_USER = 'user-1';
export const CLIENT = { client_id: 'client-of-the-tests', client_secret: madeUp() };

const SECRET = madeUp();
const API_KEY = madeUp();
const AES_TEXT = madeUp().slice(-32);
const SEALING_KEYS = [randomBytes(32), randomBytes(32)].map(key => key.toString('base64'));

/** A secret with every character that some encoding changes, each between random ones; a header may carry it. */
export function madeUp(): string {
  const random = randomBytes(24).toString('base64url');
  return ODD.map((odd, at) => `${random.slice(at * 4, at * 4 + 4)}${odd}`).join('');
}

/**
 * Starts them, on two databases of an engine; all is gone when the test has finished.
 * @param changes to the configuration of either
 */
export async function startTapped(
  engine: TestEngine,
  changes: { instance?: Pick<InstanceConfig, 'connectUrl'>; platform?: Pick<PlatformConfig, 'host'> } = {},
): Promise<TappedSides> {
  const secrets: Secrets = new Map();
  addSecret(secrets, 'sync secret', SECRET);
  addSecret(secrets, 'API key', API_KEY);
  addSecret(secrets, 'AES key', AES_TEXT);
  addSecret(secrets, 'client secret', CLIENT.client_secret);
  for (const key of SEALING_KEYS) addSecret(secrets, 'sealing key', key);
  const [ours, theirs] = [await engine.create(), await engine.create()];
  onTestFinished(ours.dispose);
  onTestFinished(theirs.dispose);

  const toInstance = await wiretap(request => instance.fetch(request), secrets);
  const toPlatform = await wiretap(request => platform.fetch(request), secrets);
  const redirect_uris = [`${toPlatform.url}/api/connect/callback`];
  const emulator = await createEmulator({
    service: 'google',
    port: 0,
    seed: {
      google: {
        users: [{ email: EMAIL, name: 'Ada' }],
        oauth_clients: [{ ...CLIENT, name: 'Keyferry', redirect_uris }],
      },
    },
  });
  onTestFinished(() => emulator.close());
  const toGoogle = await wiretap(request => passOn(request, emulator.url), secrets);

  const clock = heldClock(Date.now());
  const shared = {
    keyring: parseKeyring(SEALING_KEYS.map((key, index) => `k${index}:${key}`).join(',')),
    sync: {
      secret: SECRET,
      header: null,
      encryptionKey: aesKey(AES_TEXT),
      endpoint: `${toPlatform.url}/api/sync`,
      webappUrl: toInstance.url,
    },
    apiKey: API_KEY,
    calendsoKey: null,
    providers: providersAt(toGoogle.url, emulator.url),
    allowPrivateAddresses: false,
    trustProxy: false,
  };
  const lines = { instance: [] as string[], platform: [] as string[] };
  const effects = (role: keyof typeof lines) => ({
    now: clock.now,
    sleep: async () => {},
    log: createLog('debug', { write: line => void lines[role].push(line) }),
  });
  const instance = await createInstance(
    { ...shared, database: ours.location, publicUrl: toInstance.url, ...changes.instance },
    effects('instance'),
  );
  const platform = await createPlatform(
    {
      ...shared,
      database: theirs.location,
      publicUrl: toPlatform.url,
      targetKind: 'keyferry',
      withRefreshToken: true,
      ...changes.platform,
    },
    effects('platform'),
  );
  let closing: Promise<unknown> | null = null;
  async function close(): Promise<void> {
    closing ??= Promise.all([instance.close(), platform.close()]);
    await closing;
  }
  onTestFinished(close);
  const secretHeader = { 'calcom-webhook-secret': SECRET };
  return {
    ...{ instance, platform, clock, toInstance, toPlatform, toGoogle, lines, secrets, close },
    google: emulator.url,
    call: (side, method, path, json) =>
      fetch(`${side.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      }),
    push: (userId, appSlug, text) =>
      fetch(`${toInstance.url}${WEBHOOK_PATH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...secretHeader },
        body: JSON.stringify({ userId, appSlug, keys: encryptKeys(text, shared.sync.encryptionKey) }),
      }),
    sync: (userId, appSlug) =>
      fetch(`${toPlatform.url}/api/sync`, {
        method: 'POST',
        headers: secretHeader,
        body: new URLSearchParams({ calcomUserId: String(userId), appSlug }),
      }),
  };
}

async function passOn(request: Request, to: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = ['authorization', 'content-type'].map(name => [name, request.headers.get(name) ?? '']);
  const body = await request.text();
  return fetch(`${to}${pathname}${search}`, {
    method: request.method,
    headers: headers.filter(([, value]) => value !== '') as [string, string][],
    ...(body === '' ? {} : { body }),
  });
}

/** Google's addresses, for Zoom too: its client comes in a header there. */
function providersAt(tapped: string, own: string): ProviderOverrides {
  const endpoints = {
    authorizationEndpoint: `${own}/o/oauth2/v2/auth`,
    tokenEndpoint: `${tapped}/oauth2/token`,
    revocationEndpoint: `${tapped}/oauth2/revoke`,
    apiBase: tapped,
  };
  return { 'google-calendar': endpoints, zoom: endpoints };
}

/** A credential as a host holds it, which has expired or not. */
export function credential({ clock }: TappedSides, left: number): Record<string, unknown> {
  // As Google writes them: the one fits where an error code stands, the other is changed by every encoding.
  const refresh_token = `1__${Buffer.from(madeUp()).toString('base64url')}`.slice(0, 40);
  return { access_token: madeUp(), refresh_token, expiry_date: clock.now() + left };
}

/** Asks the instance for a token. */
export function token(
  { call, toInstance }: TappedSides,
  userId: number,
  appSlug: string,
  force = false,
): Promise<Response> {
  return call(toInstance, 'POST', '/api/keyferry/v1/access-token', { userId, appSlug, force });
}

/** Imports a credential with so many milliseconds left. @returns the connection's id */
export async function importInto(
  sides: TappedSides,
  userId: number,
  appSlug: string,
  left: number,
): Promise<string> {
  const wish = { externalUserId: EXTERNAL_USER, calcomUserId: userId, appSlug };
  const answer = await sides.call(sides.toPlatform, 'POST', '/api/keyferry/v1/connections', {
    ...wish,
    credential: credential(sides, left),
  });
  return ((await answer.json()) as { id: string }).id;
}

/** Reads calendars and busy times, makes an event, finds it and deletes it. @returns the five statuses */
export async function useCalendar({ call, toInstance }: TappedSides, userId: number): Promise<number[]> {
  const [from, to] = ['2026-03-01T09:00:00Z', '2026-03-01T10:00:00Z'];
  const [user, span] = [`userId=${userId}`, `from=${from}&to=${to}`];
  const base = '/api/keyferry/v1';
  const calendars = await call(toInstance, 'GET', `${base}/calendars?${user}`);
  const busy = await call(toInstance, 'GET', `${base}/busy-times?${user}&${span}`);
  const event = { userId, title: 'A talk', start: from, end: to };
  const made = await call(toInstance, 'POST', `${base}/events`, event);
  const { id = 'none', calendarId = 'none' } = (await made.json()) as { id?: string; calendarId?: string };
  const events = await call(toInstance, 'GET', `${base}/events?${user}&${span}`);
  const which = new URLSearchParams({ userId: String(userId), calendarId });
  const gone = await call(toInstance, 'DELETE', `${base}/events/${encodeURIComponent(id)}?${which}`);
  return [calendars, busy, made, events, gone].map(({ status }) => status);
}
