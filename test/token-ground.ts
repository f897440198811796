import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { addUser, createInstance, type Instance, type TokenRequest } from '../src/instance/index.ts';
import type { CredentialView } from '../src/instance/store/credential-views.ts';
import type { EventView } from '../src/instance/store/events.ts';
import type { Effects } from '../src/lib/effects.ts';
import { createLog } from '../src/lib/log.ts';
import type { SyncSettings } from '../src/lib/sync-settings.ts';
import type { TestDatabase, TestEngine } from './engines.ts';
import { type FaultyServer, startFaultyServer } from './faulty-server.ts';
import { instanceConfig, startInstance, type TestInstance } from './instance.ts';

export const SLUG = 'google-calendar';

/**
 * An instance and a platform that answers as a test wants, for the tests of a `describe`, with a clock and dice that
 * they hold. Each test has a user of its own and begins a day later.
 */
export function tokenGround(engine: TestEngine, config: Parameters<typeof instanceConfig>[1] = {}) {
  let store: TestDatabase;
  let platform: FaultyServer;
  let side: TestInstance;
  let userId = 0;
  let began = 0;
  let monotonic = 0;
  const open: Instance[] = [];
  /** Lines at warn and above. */
  const logged: Record<string, unknown>[] = [];

  beforeAll(async () => {
    store = await engine.create();
    platform = await startFaultyServer();
    side = await startInstance(configured(), effects());
    open.push(side.instance);
  });
  beforeEach(async () => {
    side.clock.advance(86_400_000);
    began = side.clock.now();
    logged.length = 0;
    platform.seen.length = 0;
    ({ id: userId } = await addUser(side.instance.database, { email: `ada-${began}@example.com` }, began));
    await sql`delete from "incident"`.execute(side.instance.database.db);
  });
  afterAll(async () => {
    // PGlite is one for all: closing it once closes it for all.
    for (const instance of engine.name === 'pglite' ? open.slice(0, 1) : open) await instance.close();
    await platform.close();
    await store.dispose();
  });

  const configured = (more: Partial<SyncSettings> = {}) => {
    const sync = { endpoint: `${platform.url}/sync`, ...config.sync, ...more };
    return instanceConfig(store.location, { ...config, sync });
  };

  function effects(): Partial<Effects> {
    return {
      random: () => 1,
      monotonic: () => monotonic,
      log: createLog('warn', { write: line => void logged.push(JSON.parse(line)) }),
    };
  }

  /** Another process on the same database, as far as one can be had in one process. */
  async function another(
    changes: Partial<Effects> = {},
    sync: Partial<SyncSettings> = {},
  ): Promise<Instance> {
    const instance = await createInstance(configured(sync), {
      now: side.clock.now,
      ...effects(),
      ...changes,
    });
    open.push(instance);
    return instance;
  }

  type More = Omit<TokenRequest, 'userId' | 'appSlug'>;
  const token = (more: More = {}, instance = side.instance) =>
    instance.accessToken({ userId: userId, appSlug: SLUG, ...more });

  const push = (credential: object) => side.push(credential, SLUG, userId);

  /** What the API says of a path. */
  async function get<Body>(path: string): Promise<Body> {
    return (await side.api('GET', `/api/keyferry/v1/${path}`)).json() as Promise<Body>;
  }

  async function row(): Promise<CredentialView> {
    const { credentials } = await get<{ credentials: CredentialView[] }>(`credentials?userId=${userId}`);
    const [only] = credentials;
    if (only === undefined) throw new Error('There is no credential.');
    return only;
  }

  /** The user's events since it was added, oldest first, as `kind detail`. */
  async function events(of = `userId=${userId}&`): Promise<string[]> {
    const { events: all } = await get<{ events: EventView[] }>(`activity?${of}limit=500`);
    const since = all.filter(({ kind }) => kind !== 'user.added');
    return since.reverse().map(({ kind, detail }) => `${kind} ${detail}`);
  }

  /** Those of the platform as a whole, since this test began. */
  async function platformEvents(): Promise<string[]> {
    const { events: all } = await get<{ events: EventView[] }>('activity?limit=500');
    return all
      .filter(({ kind, at }) => kind.startsWith('platform.') && at >= began)
      .reverse()
      .map(({ kind }) => kind);
  }

  /** More users, each with an expired token for each of the apps. */
  async function expiredUsers(count: number, slugs: readonly string[] = [SLUG]): Promise<number[]> {
    const now = side.clock.now();
    const users: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const { id } = await addUser(side.instance.database, { email: `more-${began}-${n}@example.com` }, now);
      for (const slug of slugs)
        await side.push({ access_token: `old-${id}`, expiry_date: now - 1_000 }, slug, id);
      users.push(id);
    }
    return users;
  }

  return {
    get platform() {
      return platform;
    },
    get side() {
      return side;
    },
    get userId() {
      return userId;
    },
    get clock() {
      return side.clock;
    },
    get database() {
      return side.instance.database;
    },
    get config() {
      return configured();
    },
    effects,
    logged,
    /** Moves the clock that nobody sets, in milliseconds. */
    elapse: (ms: number) => {
      monotonic += ms;
    },
    another,
    token,
    row,
    events,
    platformEvents,
    expiredUsers,
    pushExpired: () =>
      push({ access_token: 'old', refresh_token: 'kept', expiry_date: side.clock.now() - 1_000 }),
    push,
  };
}

export type TokenGround = ReturnType<typeof tokenGround>;
