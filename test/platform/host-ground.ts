import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { insertEvent, type NewEvent } from '../../src/platform/store/index.ts';
import { engines } from '../engines.ts';
import { deliveries } from './outbox-ground.ts';
import { type PlatformOptions, startPlatform, type TestPlatform } from './platform.ts';
import { type Received, scriptedServer } from './server.ts';

export const HOUR = 3_600_000;
/** PGlite is slow to start, and the store is tested on it. */
export const ENGINES = engines.filter(({ name }) => name !== 'pglite');
export const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
export const SECRET = secret();
export const TOKEN = { access_token: 'access-of-the-user-0', refresh_token: 'refresh-of-the-user-0' };

interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

/** What a host reads, after its library has checked the signature. */
export function verified({ body, headers }: Received, by = SECRET): Told {
  return new Webhook(by).verify(body, headers as Record<string, string>) as Told;
}

/** A platform, its provider, and both that it tells: the instance and the host. */
export async function setUp(options: PlatformOptions = {}) {
  const host = await scriptedServer(() => ({ status: 204, body: '' }));
  const receiver = await scriptedServer();
  const provider = await scriptedServer(() => ({
    body: { access_token: 'access-1', refresh_token: 'r', expires_in: 3600 },
  }));
  const hostWebhook = { url: `${host.url}/keyferry`, secrets: [SECRET] };
  const providers = { zoom: { tokenEndpoint: provider.url } };
  const all = await startPlatform({ hostWebhook, webappUrl: receiver.url, providers, ...options });
  const event = (kind: NewEvent['kind'], connectionId: string, more: Partial<NewEvent> = {}) =>
    insertEvent(
      all.platform.database.db,
      { kind, actor: 'platform', connectionId, appSlug: 'zoom', ...more },
      all.clock.now(),
    );
  return { ...all, all, host, receiver, provider, event };
}

/** The deliveries to the host. */
export const toldHost = (platform: TestPlatform, query = '') =>
  deliveries(platform, `?topic=host.event${query}`);
