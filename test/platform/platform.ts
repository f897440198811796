import { onTestFinished } from 'vitest';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { parseKeyring } from '../../src/lib/sealed-box.ts';
import { createPlatform, type Platform, type PlatformConfig } from '../../src/platform/index.ts';
import { aesKey, decryptKeys } from '../../src/protocol/index.ts';
import { type HeldClock, heldClock } from '../clock.ts';
import { temporaryFolder } from '../temp.ts';

export const SECRET = 'sync-secret-of-the-tests-0123456789';
export const API_KEY = 'api-key-of-the-tests-0123456789';
export const AES_KEY = aesKey('0123456789abcdef0123456789abcdef');
export const KEYRING = parseKeyring(`k1:${Buffer.alloc(32, 9).toString('base64')}`);
export const CLIENT = { client_id: 'client-of-the-tests', client_secret: 'client-secret-of-the-tests' };
export const PLATFORM_URL = 'http://platform.test';
export const CALCOM_USER = 7;
export const EXTERNAL_USER = 'user-1';

export interface TestPlatform {
  readonly platform: Platform;
  readonly config: PlatformConfig;
  readonly clock: HeldClock;
  /** Every line that was logged, at debug level. */
  readonly logged: string[];
  /** Calls the API with the host's key. */
  readonly api: (method: string, path: string, json?: unknown) => Promise<Response>;
  /** Asks the sync endpoint as an instance does. */
  readonly sync: (appSlug: string, changes?: SyncChanges) => Promise<Response>;
  /** Imports a credential and gives the connection's id. */
  readonly connect: (appSlug: string, credential: object) => Promise<string>;
}

export interface SyncChanges {
  readonly userId?: number;
  readonly headers?: Record<string, string>;
}

export interface PlatformOptions extends Partial<Omit<PlatformConfig, 'sync'>> {
  readonly location?: DatabaseLocation;
  readonly webappUrl?: string;
  readonly header?: string;
  readonly clock?: HeldClock;
  readonly providers?: ProviderOverrides;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function platformConfig(options: PlatformOptions = {}): PlatformConfig {
  const { location, webappUrl = 'http://127.0.0.1:9', header = null, ...others } = options;
  const { clock: _clock, sleep: _sleep, ...rest } = others;
  return {
    database: location ?? { file: `${temporaryFolder()}/platform.db` },
    keyring: KEYRING,
    sync: { secret: SECRET, header, encryptionKey: AES_KEY, endpoint: null, webappUrl },
    apiKey: API_KEY,
    publicUrl: PLATFORM_URL,
    providers: {},
    allowPrivateAddresses: false,
    trustProxy: false,
    calendsoKey: null,
    targetKind: 'keyferry',
    withRefreshToken: false,
    ...rest,
  };
}

/** A platform with a held clock and keys for both apps; closed when the test has finished. */
export async function startPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const config = platformConfig(options);
  const { clock = heldClock(Date.now()), sleep } = options;
  const logged: string[] = [];
  const log = createLog('debug', { write: line => void logged.push(line) });
  const platform = await createPlatform(config, { now: clock.now, log, ...(sleep ? { sleep } : {}) });
  onTestFinished(() => platform.close());

  async function api(method: string, path: string, json?: unknown): Promise<Response> {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    return platform.fetch(new Request(`${config.publicUrl}${path}`, { method, headers, ...body }));
  }
  async function sync(
    appSlug: string,
    { userId = CALCOM_USER, headers = {} }: SyncChanges = {},
  ): Promise<Response> {
    return platform.fetch(
      new Request(`${config.publicUrl}/api/sync`, {
        method: 'POST',
        headers: { 'calcom-webhook-secret': SECRET, ...headers },
        body: new URLSearchParams({ calcomUserId: String(userId), appSlug }),
      }),
    );
  }
  async function connect(appSlug: string, credential: object): Promise<string> {
    const user = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };
    const response = await api('POST', '/api/keyferry/v1/connections', { ...user, appSlug, credential });
    const { id } = (await response.json()) as { id?: string };
    if (id === undefined) throw new Error(`import answered ${response.status}`);
    return id;
  }
  for (const slug of ['google-calendar', 'zoom']) {
    await api('PUT', `/api/keyferry/v1/apps/${slug}`, { keys: CLIENT });
  }
  return { platform, config, clock, logged, api, sync, connect };
}

export interface ConnectionView {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly statusReason: string | null;
  readonly events: readonly { readonly kind: string; readonly detail: string | null }[];
  readonly deliveries: readonly { readonly topic: string; readonly state: string }[];
}

/** All connections, each as its own page shows it. */
export async function connectionsOf({ api }: Pick<TestPlatform, 'api'>): Promise<ConnectionView[]> {
  const path = '/api/keyferry/v1/connections';
  const { connections } = (await (await api('GET', path)).json()) as { connections: { id: string }[] };
  const pages = await Promise.all(connections.map(({ id }) => api('GET', `${path}/${id}`)));
  return Promise.all(pages.map(async page => (await page.json()) as ConnectionView));
}

/** What a push carried. */
export function pushed(body: string): { userId: number; appSlug: string; keys: Record<string, unknown> } {
  const { userId, appSlug, keys } = JSON.parse(body);
  return { userId, appSlug, keys: JSON.parse(decryptKeys(keys, AES_KEY)) };
}
