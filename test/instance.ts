import { addUser, createInstance, type Instance, type InstanceConfig } from '../src/instance/index.ts';
import type { DatabaseLocation } from '../src/lib/db/index.ts';
import type { Effects } from '../src/lib/effects.ts';
import { createLog } from '../src/lib/log.ts';
import { parseKeyring } from '../src/lib/sealed-box.ts';
import { aesKey, encryptKeys, WEBHOOK_PATH } from '../src/protocol/index.ts';
import { type HeldClock, heldClock } from './clock.ts';

export const SECRET = 'sync-secret-of-the-tests-0123456789';
export const AES_TEXT = '0123456789abcdef0123456789abcdef';
export const API_KEY = 'api-key-of-the-tests-0123456789';
export const AES_KEY = aesKey(AES_TEXT);

export const KEYRING_TEXT = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

/** A configuration of an instance, with what a test changes. */
export function instanceConfig(
  database: DatabaseLocation,
  changes: { sync?: Partial<InstanceConfig['sync']> } & Partial<Omit<InstanceConfig, 'sync'>> = {},
): InstanceConfig {
  const { sync, ...rest } = changes;
  return {
    database,
    keyring: parseKeyring(KEYRING_TEXT),
    sync: { secret: SECRET, header: null, encryptionKey: AES_KEY, endpoint: null, webappUrl: null, ...sync },
    apiKey: API_KEY,
    publicUrl: 'http://localhost:3000',
    providers: {},
    allowPrivateAddresses: false,
    trustProxy: false,
    calendsoKey: null,
    ...rest,
  };
}

export interface TestInstance {
  readonly instance: Instance;
  readonly clock: HeldClock;
  /** The id of the one user. */
  readonly userId: number;
  /** Calls the API with the admin key. */
  readonly api: (method: string, path: string, json?: unknown) => Promise<Response>;
  /** Pushes a credential as a platform does. */
  readonly push: (credential: unknown, appSlug?: string, userId?: number) => Promise<Response>;
}

/** A running instance with one user, all apps enabled, and a held clock. */
export async function startInstance(
  config: InstanceConfig,
  { clock = heldClock(), ...effects }: Partial<Omit<Effects, 'now'>> & { clock?: HeldClock } = {},
): Promise<TestInstance> {
  const instance = await createInstance(config, { now: clock.now, log: createLog('silent'), ...effects });
  const email = `user-${clock.now()}@example.com`;
  const { id: userId } = await addUser(
    instance.database,
    { email, username: `user-${clock.now()}` },
    clock.now(),
  );

  async function api(method: string, path: string, json?: unknown): Promise<Response> {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    return instance.fetch(new Request(`http://instance.test${path}`, { method, headers, ...body }));
  }

  async function push(credential: unknown, appSlug = 'google-calendar', user = userId): Promise<Response> {
    return instance.fetch(pushRequest(user, appSlug, encryptKeys(JSON.stringify(credential), AES_KEY)));
  }

  const { apps } = (await (await api('GET', '/api/keyferry/v1/apps')).json()) as { apps: { slug: string }[] };
  for (const { slug } of apps) await api('PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true });
  return { instance, clock, userId, api, push };
}

/** A push as it travels. */
export function pushRequest(userId: unknown, appSlug: unknown, keys: unknown): Request {
  return new Request(`http://instance.test${WEBHOOK_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'calcom-webhook-secret': SECRET },
    body: JSON.stringify({ userId, appSlug, keys }),
  });
}
