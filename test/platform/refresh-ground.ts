import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { createCatalogue } from '../../src/apps/index.ts';
import { GOOGLE_ERRORS } from '../../src/apps/shared.ts';
import { type DatabaseLocation, migrate, openDatabase } from '../../src/lib/db/index.ts';
import { createEffects, type Effects } from '../../src/lib/effects.ts';
import { createLog } from '../../src/lib/log.ts';
import { createOutbound, type Outbound, OutboundError } from '../../src/lib/outbound.ts';
import { singleFlight } from '../../src/lib/single-flight.ts';
import { PLATFORM_MIGRATIONS } from '../../src/platform/migrations.ts';
import { createUnwritten, freshCredential, type RefreshContext } from '../../src/platform/refresh/index.ts';
import { type ConnectionRow, findConnection, putTarget } from '../../src/platform/store/index.ts';
import type { PlatformTables } from '../../src/platform/tables.ts';
import { changeAppKeys, findApp, storeGrant } from '../../src/platform/vault/index.ts';
import { readCredential } from '../../src/protocol/index.ts';
import { heldClock } from '../clock.ts';
import { GRACEFUL, likeZoom } from './like-zoom.ts';
import { CALCOM_USER, CLIENT, EXTERNAL_USER, platformConfig } from './platform.ts';
import { scriptedServer } from './server.ts';

export const HOUR_MS = 3_600_000;

/** Apps that differ in what their record says of a refresh token that was used. */
export const APPS = [
  likeZoom('rotating', { rotation: { rotates: true, graceMs: null } }),
  GRACEFUL,
  likeZoom('blocked', { errors: GOOGLE_ERRORS }),
  likeZoom('lasting', { rotation: { rotates: false, graceMs: null } }),
];
export const SLUGS = APPS.map(({ slug }) => slug);

export interface Changes {
  readonly effects?: Partial<Effects>;
  /** Stands between the platform and its provider. */
  readonly outbound?: (real: Outbound) => Outbound;
}

/** The vault on one database, a provider that the test scripts, and as many processes as it wants. */
export async function refreshGround(location?: DatabaseLocation) {
  let issued = 0;
  const provider = await scriptedServer(() => {
    issued += 1;
    const tokens = { access_token: `access-${issued}`, refresh_token: `refresh-${issued}` };
    return { body: { ...tokens, expires_in: 3600 } };
  });
  const clock = heldClock(Date.now());
  const providers = Object.fromEntries(
    SLUGS.map(slug => [slug, { tokenEndpoint: provider.url, revocationEndpoint: `${provider.url}/revoke` }]),
  );
  const config = platformConfig({ ...(location ? { location } : {}), providers, apps: APPS });
  const logged: string[] = [];

  /** What one process has: its own way out and its own flights. */
  async function start({ effects = {}, outbound = real => real }: Changes = {}): Promise<RefreshContext> {
    const database = openDatabase<PlatformTables>(config.database);
    await migrate(database, PLATFORM_MIGRATIONS);
    const real = createOutbound({ deadlineMs: 10_000, maxBytes: 1024 * 1024, addresses: 'any' });
    onTestFinished(async () => {
      await real.close();
      await database.close();
    });
    return {
      config,
      database,
      catalogue: createCatalogue(providers, APPS),
      effects: createEffects({
        now: clock.now,
        random: () => 0,
        log: createLog('debug', { write: line => void logged.push(line) }),
        ...effects,
      }),
      outbound: outbound(real),
      flights: singleFlight(),
      unwritten: createUnwritten(() => performance.now()),
      wake: () => undefined,
    };
  }

  const context = await start();
  const { db } = context.database;
  const target = { id: 'default', kind: 'keyferry', webappUrl: 'http://127.0.0.1:9', header: null } as const;
  const sealed = { sealedSecret: 's', sealedEncryptionKey: 'e', sealedApiKey: null, sealedCalendsoKey: null };
  await putTarget(db, { ...target, ...sealed, withRefreshToken: false }, clock.now());
  for (const slug of SLUGS) {
    const change = { keys: CLIENT, how: 'replace', actor: 'operator:1' } as const;
    await changeAppKeys(context, findApp(context, slug), change);
  }

  return {
    provider,
    clock,
    context,
    start,
    logged,
    /** How many of the provider's own answers were made. */
    issued: () => issued,
    /** The refresh tokens that came to the provider, in order. */
    presented: () => provider.received.map(({ body }) => new URLSearchParams(body).get('refresh_token')),
    /** Stores a grant as if its user had connected it; by default with an access token that has ended. */
    async connect(
      appSlug: string,
      { externalUserId = EXTERNAL_USER, calcomUserId = CALCOM_USER, imported = true, ...wire }: Connect = {},
    ): Promise<string> {
      const tokens = { access_token: 'access-0', refresh_token: 'refresh-0', ...wire };
      const dated = { expiry_date: clock.now() - HOUR_MS, ...tokens };
      const placed = { targetId: 'default', externalUserId, calcomUserId };
      const sessionId = imported ? null : await session(placed);
      const credential = readCredential(dated, clock.now());
      const row = await storeGrant(context, { ...placed, appSlug, account: '', sessionId, credential });
      return row.id;
    },
    async state(id: string): Promise<ConnectionRow> {
      const row = await findConnection(db, id);
      if (row === null) throw new Error('no such connection');
      return row;
    },
    /** What happened, in order; with the app's own incidents. */
    async events(): Promise<string[]> {
      const { rows } = await sql<{ kind: string; detail: string | null }>`
        select "kind", "detail" from "platform_event" where "kind" not in ('app.keys_set') order by "id"
      `.execute(db);
      return rows.map(({ kind, detail }) => (detail === null ? kind : `${kind} ${detail}`));
    },
    /** How many refreshes are in the journal. */
    async open(): Promise<number> {
      return (await db.selectFrom('refresh_attempt').select('id').execute()).length;
    },
    /** As if the time of every lease had passed. */
    async endLeases(): Promise<void> {
      await sql`update "lease" set "until" = 0`.execute(db);
    },
  };

  /** A connect session, for what a user grants by hand. */
  async function session(user: { externalUserId: string; calcomUserId: number }): Promise<string> {
    const id = `session-${Math.random()}`;
    const at = clock.now();
    await db
      .insertInto('connect_session')
      .values({
        ...user,
        id,
        tokenHash: id,
        targetId: 'default',
        apps: '[]',
        returnUrl: null,
        browserHash: null,
        expiresAt: at + HOUR_MS,
        createdAt: at,
      })
      .execute();
    return id;
  }
}

interface Connect {
  readonly externalUserId?: string;
  readonly calcomUserId?: number;
  /** False: through a connect session, where a missing refresh token means the one before. */
  readonly imported?: boolean;
  readonly access_token?: string;
  readonly refresh_token?: string | undefined;
  readonly expiry_date?: number;
}

export type RefreshGround = Awaited<ReturnType<typeof refreshGround>>;

export const tokenOf = ({ credential }: { credential: { accessToken: string } }) => credential.accessToken;

/** A provider that takes each refresh token once. */
export function strictly({ provider }: RefreshGround): { dead: string[] } {
  const issue = provider.answer;
  const used = new Set<string | null>();
  const fake: { dead: string[] } = { dead: [] };
  provider.answer = request => {
    const presented = new URLSearchParams(request.body).get('refresh_token') ?? '';
    if (used.has(presented) || fake.dead.includes(presented)) {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    used.add(presented);
    return issue(request);
  };
  return fake;
}

/** The provider has answered, and the answer is lost on its way. */
export const losing = (real: Outbound): Outbound => {
  return async (url, request) => {
    await real(url, request);
    throw new OutboundError('timeout', 'no answer within 30000 ms', true);
  };
};

/** A process that sleeps between the provider's answer and what it does with it. */
export async function sleeper(ground: RefreshGround) {
  const answered = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  onTestFinished(() => woken.resolve());
  const outbound =
    (real: Outbound): Outbound =>
    async (url, request) => {
      const answer = await real(url, request);
      answered.resolve();
      await woken.promise;
      return answer;
    };
  const context = await ground.start({ outbound });
  return {
    answered: answered.promise,
    /** Begins a refresh. @returns what it comes to, once it is woken */
    refresh(id: string) {
      const refresh = freshCredential(context, id, { patienceMs: 60_000 }).then(tokenOf, error => error.code);
      return async () => {
        woken.resolve();
        return refresh;
      };
    },
  };
}
