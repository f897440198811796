import { onTestFinished } from 'vitest';
import type { ProviderOverrides } from '../src/apps/index.ts';
import { addUser, createInstance, type Instance, type InstanceConfig } from '../src/instance/index.ts';
import type { DatabaseLocation } from '../src/lib/db/index.ts';
import { type DirectRoutes, listen } from '../src/lib/http/index.ts';
import { createLog } from '../src/lib/log.ts';
import { createPlatform, type Platform, type PlatformConfig } from '../src/platform/index.ts';
import { type HeldClock, heldClock } from './clock.ts';
import type { TestEngine } from './engines.ts';
import { API_KEY, instanceConfig } from './instance.ts';
import { CLIENT, platformConfig } from './platform/platform.ts';

/** A role that is served over HTTP, and its API with the admin key. */
export interface Side<Role> {
  readonly role: Role;
  readonly url: string;
  /** @throws Error with the answer when it is not a success */
  readonly api: <Answer>(method: string, path: string, json?: unknown) => Promise<Answer>;
}

export interface BothSides {
  readonly instance: Side<Instance>;
  readonly platform: Side<Platform>;
  readonly clock: HeldClock;
  /** The user's id at the instance. */
  readonly userId: number;
  /** Where each of them keeps its rows. */
  readonly stores: Readonly<Record<'instance' | 'platform', DatabaseLocation>>;
}

/**
 * Both roles over HTTP on loopback, each on a database of its own, sharing a held clock. All apps are
 * enabled and have keys. Closed when the test has finished.
 * @param changes to the configuration of either
 * @param makeProviders gets the platform's address, which providers must know
 */
export async function startBothSides(
  engine: TestEngine,
  makeProviders: (platformUrl: string) => Promise<ProviderOverrides>,
  changes: {
    platform?: Partial<Omit<PlatformConfig, 'sync'>>;
    instance?: Partial<Omit<InstanceConfig, 'sync'>>;
    /** The sync endpoint that the instance has in the place of the platform's. */
    endpoint?: string;
    /** How far the platform's clock is ahead of the instance's, in milliseconds. */
    platformAheadMs?: number;
  } = {},
): Promise<BothSides> {
  const clock = heldClock(Date.now());
  const effects = { now: clock.now, log: createLog('silent') };
  const [instanceDoor, platformDoor] = [await door(), await door()];
  const providers = await makeProviders(platformDoor.url);
  const [instanceStore, platformStore] = [await engine.create(), await engine.create()];
  onTestFinished(async () => {
    await instanceStore.dispose();
    await platformStore.dispose();
  });

  const sync = { endpoint: changes.endpoint ?? `${platformDoor.url}/api/sync`, webappUrl: instanceDoor.url };
  const instance = await createInstance(
    instanceConfig(instanceStore.location, {
      sync,
      providers,
      publicUrl: instanceDoor.url,
      ...changes.instance,
    }),
    effects,
  );
  onTestFinished(instance.close);
  instanceDoor.open(instance);
  const platform = await createPlatform(
    platformConfig({
      location: platformStore.location,
      webappUrl: instanceDoor.url,
      providers,
      publicUrl: platformDoor.url,
      ...changes.platform,
    }),
    { ...effects, now: () => clock.now() + (changes.platformAheadMs ?? 0) },
  );
  onTestFinished(platform.close);
  platformDoor.open(platform);

  const sides = {
    instance: { role: instance, url: instanceDoor.url, api: apiOf(instanceDoor.url) },
    platform: { role: platform, url: platformDoor.url, api: apiOf(platformDoor.url) },
  };
  for (const slug of ['google-calendar', 'zoom']) {
    await sides.instance.api('PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true, keys: CLIENT });
    await sides.platform.api('PUT', `/api/keyferry/v1/apps/${slug}`, { keys: CLIENT });
  }
  const { id: userId } = await addUser(instance.database, { email: 'ada@example.com' }, clock.now());
  const stores = { instance: instanceStore.location, platform: platformStore.location };
  return { ...sides, clock, userId, stores };
}

/** Listens before there is a handler, since a role must know its own address. */
async function door() {
  interface Role {
    readonly fetch: (request: Request) => Response | Promise<Response>;
    readonly direct?: DirectRoutes;
  }
  let role: Role = { fetch: () => new Response(null, { status: 503 }) };
  const { url, close } = await listen(request => role.fetch(request), {
    port: 0,
    host: '127.0.0.1',
    direct: path => role.direct?.(path),
  });
  onTestFinished(() => close(0));
  function open(opened: Role): void {
    role = opened;
  }
  return { url, open };
}

function apiOf(url: string) {
  return async function api<Answer>(method: string, path: string, json?: unknown): Promise<Answer> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Answer;
  };
}
