import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { addUser, createInstance, type Instance } from '../../src/instance/index.ts';
import { credentialIdentity } from '../../src/instance/store/index.ts';
import type { Database } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { open } from '../../src/lib/sealed-box.ts';
import { createPlatform, type Platform } from '../../src/platform/index.ts';
import { connectionIdentity } from '../../src/platform/vault/index.ts';
import { WEBHOOK_PATH } from '../../src/protocol/index.ts';
import { type HeldClock, heldClock } from '../clock.ts';
import type { TestEngine } from '../engines.ts';
import { AES_TEXT, API_KEY, instanceConfig, SECRET } from '../instance.ts';
import { browser } from '../platform/browser.ts';
import { outcomeOf, setOut } from '../platform/connect-page.ts';
import { CLIENT, KEYRING, platformConfig, pushed } from '../platform/platform.ts';
import { createGate, type Gate } from './gate.ts';
import { isNotOlder, SLUGS, type Slug, type TruthfulProvider, truthfulProvider } from './provider.ts';

/** One side's row of a credential, open. */
export interface Kept {
  readonly id: string | number;
  readonly version: number;
  readonly status: string;
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

interface Sealed extends Omit<Kept, 'accessToken' | 'refreshToken'> {
  readonly sealed: string;
}

/** The one wish for a place. */
export interface Wished {
  readonly state: string;
  readonly generation: number;
}

export type Role = 'instance' | 'platform';

/** Both roles as they run in one process each, one user, and a provider that is the truth. */
export interface World {
  readonly clock: HeldClock;
  readonly provider: TruthfulProvider;
  readonly userId: number;
  /** Whether each role can be reached by the other. */
  readonly reachable: Record<Role, boolean>;
  /** Before the answers of the sync endpoint, when they are made. */
  readonly syncGate: Gate;
  readonly instance: () => Instance;
  readonly platform: () => Platform;
  restart(role: Role): Promise<void>;
  /** @returns `connected`, or the code of what went wrong */ connect(slug: Slug): Promise<string>;
  /** The host hands a credential over. */
  import(slug: Slug): Promise<number>;
  /** Asks the sync endpoint as another instance would. */
  sync(slug: Slug): Promise<Response>;
  atPlatform(slug: Slug): Promise<Kept | null>;
  atInstance(slug: Slug): Promise<Kept | null>;
  wishes(slug: Slug): Promise<Wished[]>;
  /** What left the platform and was not in its vault. */
  readonly uncommitted: string[];
  readonly log: string[];
  readonly secrets: ReadonlyMap<string, Iterable<string>>;
}

export interface Ground {
  /** A world without a past, whose platform's clock is ahead of the instance's. */
  begin(platformAheadMs: number): Promise<World>;
}

const TABLES: Readonly<Record<Role, readonly string[]>> = {
  instance: ['Credential', 'event', 'incident', 'lease'],
  platform: ['outbox', 'connection', 'target_user', 'connect_session', 'platform_event', 'lease'],
};

/** The ground of one test: two databases of an engine, and doors that stay while the roles come and go. */
export async function prepareGround(engine: TestEngine): Promise<Ground> {
  const clock = heldClock(Date.UTC(2026, 0, 15));
  const provider = await truthfulProvider(clock.now);
  const stores = { instance: await engine.create(), platform: await engine.create() };
  onTestFinished(stores.instance.dispose);
  onTestFinished(stores.platform.dispose);
  const reachable = { instance: true, platform: true };
  const log: string[] = [];
  const uncommitted: string[] = [];
  const syncGate = createGate();
  let aheadMs = 0;
  let users = 0;
  let userId = 0;
  const roles: { instance: Instance | null; platform: Platform | null } = { instance: null, platform: null };
  onTestFinished(async () => {
    await roles.platform?.close();
    await roles.instance?.close();
  });

  const urls = {
    instance: await door('instance', async request => {
      if (new URL(request.url).pathname !== WEBHOOK_PATH) return running('instance').fetch(request);
      const body = await request.text();
      const { appSlug, keys } = pushed(body);
      await noteUncommitted(appSlug as Slug, String(keys.access_token));
      return running('instance').fetch(new Request(request, { body }));
    }),
    platform: await door('platform', async request => {
      const response = await running('platform').fetch(request);
      if (new URL(request.url).pathname !== '/api/sync' || response.status !== 200) return response;
      const body = await response.text();
      const { access_token: token } = JSON.parse(body) as { access_token: string };
      const { grant } = provider.of(token);
      await noteUncommitted(grant.slug, token);
      await syncGate.pass();
      return new Response(body, response);
    }),
  };

  async function door(role: Role, answer: (request: Request) => Response | Promise<Response>) {
    const { url, close } = await listen(
      request => (reachable[role] ? answer(request) : new Response('gone', { status: 502 })),
      { port: 0, host: '127.0.0.1' },
    );
    onTestFinished(() => close(0));
    return url;
  }

  function running<Name extends Role>(role: Name): NonNullable<(typeof roles)[Name]> {
    const found = roles[role];
    if (found === null) throw new Error(`the ${role} does not run`);
    return found;
  }

  function effects(role: Role) {
    return {
      now: () => clock.now() + (role === 'platform' ? aheadMs : 0),
      sleep: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, Math.min(ms, 5))),
      log: createLog('debug', { write: line => void log.push(line) }),
    };
  }
  async function start(role: Role): Promise<void> {
    const database = stores[role].location;
    const shared = { providers: provider.providers, publicUrl: urls[role] };
    const sync = { endpoint: `${urls.platform}/api/sync`, webappUrl: urls.instance };
    if (role === 'instance') {
      roles.instance = await createInstance(instanceConfig(database, { sync, ...shared }), effects(role));
      await forgetDisk(roles.instance.database);
    } else {
      const config = platformConfig({ location: database, webappUrl: urls.instance, ...shared });
      roles.platform = await createPlatform(config, effects(role));
      await forgetDisk(roles.platform.database);
    }
  }
  async function restart(role: Role): Promise<void> {
    await roles[role]?.close();
    await start(role);
  }

  async function api(role: Role, method: string, path: string, json: unknown): Promise<Response> {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const request = new Request(`${urls[role]}${path}`, { method, headers, body: JSON.stringify(json) });
    return running(role).fetch(request);
  }

  async function atPlatform(slug: Slug): Promise<Kept | null> {
    const { rows } = await sql<Sealed>`
      select "id", "version", "status", "sealedCredential" as "sealed" from "connection"
      where "externalUserId" = ${`user-${userId}`} and "appSlug" = ${slug}`.execute(
      running('platform').database.db,
    );
    const [row] = rows;
    return row ? opened(row, open(KEYRING, row.sealed, connectionIdentity(String(row.id)))) : null;
  }
  async function atInstance(slug: Slug): Promise<Kept | null> {
    const { rows } = await sql<Sealed>`
      select "id", "version", "status", "sealedKey" as "sealed" from "Credential"
      where "userId" = ${userId} and "appId" = ${slug}`.execute(running('instance').database.db);
    const [row] = rows;
    const { keyring } = instanceConfig(stores.instance.location);
    const identity = credentialIdentity({ userId, appId: slug, account: '' });
    return row ? opened(row, open(keyring, row.sealed, identity)) : null;
  }

  /** A token that anybody is given is in the vault, or one after it. */
  async function noteUncommitted(slug: Slug, token: string): Promise<void> {
    const kept = await atPlatform(slug);
    const isThere = kept !== null && isNotOlder(provider.of(kept.accessToken), provider.of(token));
    if (!isThere) uncommitted.push(`${slug}: token ${provider.of(token).order}`);
  }

  const world = {
    ...{ clock, provider, reachable, syncGate, restart, atPlatform, atInstance, uncommitted, log },
    instance: () => running('instance'),
    platform: () => running('platform'),
    async connect(slug: Slug) {
      const wish = { externalUserId: `user-${userId}`, calcomUserId: userId, apps: [slug] };
      const made = await api('platform', 'POST', '/api/keyferry/v1/connect-sessions', wish);
      const { url } = (await made.json()) as { url: string };
      const user = browser({ [urls.platform]: request => running('platform').fetch(request) });
      const state = new URL(await setOut(user, url)).searchParams.get('state') ?? '';
      const back = new URLSearchParams({ code: provider.consent(slug), state });
      return outcomeOf(await user.get(`${urls.platform}/api/connect/callback?${back}`));
    },
    async import(slug: Slug) {
      const credential = provider.grant(slug);
      const body = { externalUserId: `user-${userId}`, calcomUserId: userId, appSlug: slug, credential };
      return (await api('platform', 'POST', '/api/keyferry/v1/connections', body)).status;
    },
    sync: (slug: Slug) =>
      fetch(`${urls.platform}/api/sync`, {
        method: 'POST',
        headers: { 'calcom-webhook-secret': SECRET },
        body: new URLSearchParams({ calcomUserId: String(userId), appSlug: slug }),
      }),
    async wishes(slug: Slug) {
      const { rows } = await sql<Wished>`
        select "state", "generation" from "outbox" where "calcomUserId" = ${userId} and "appSlug" = ${slug}
          and "topic" like 'credential.%'`.execute(running('platform').database.db);
      return rows;
    },
    secrets: new Map<string, Iterable<string>>([
      ['token or code', provider.secrets],
      ['sync secret', [SECRET]],
      ['API key', [API_KEY]],
      ['AES key', [AES_TEXT]],
      ['client secret', [CLIENT.client_secret]],
    ]),
  };

  return {
    async begin(platformAheadMs) {
      aheadMs = platformAheadMs;
      provider.mood = 'well';
      Object.assign(reachable, { instance: true, platform: true });
      log.length = 0;
      uncommitted.length = 0;
      await restart('instance');
      await restart('platform');
      for (const role of ['instance', 'platform'] as const) {
        for (const table of TABLES[role]) {
          await sql`delete from ${sql.table(table)}`.execute(running(role).database.db as never);
        }
        for (const slug of SLUGS) {
          const changes = { enabled: true, keys: CLIENT };
          const { enabled: _, ...keys } = changes;
          await api(role, 'PUT', `/api/keyferry/v1/apps/${slug}`, role === 'instance' ? changes : keys);
        }
      }
      const email = `ada-${++users}@example.com`;
      ({ id: userId } = await addUser(running('instance').database, { email }, clock.now()));
      return { ...world, userId };
    },
  };
}

/** Nobody is killed here: no commit has to wait for the disk. PostgreSQL knows it from the next session on. */
async function forgetDisk<Tables>({ db, engine }: Database<Tables>): Promise<void> {
  if (engine === 'sqlite') await sql`pragma synchronous = off`.execute(db);
  else
    await sql`do $$ begin
      execute format('alter database %I set synchronous_commit = off', current_database());
    end $$`.execute(db);
}

function opened({ sealed: _, ...row }: Sealed, text: string): Kept {
  const wire = JSON.parse(text) as { access_token: string; refresh_token?: string };
  return { ...row, accessToken: wire.access_token, refreshToken: wire.refresh_token ?? null };
}
