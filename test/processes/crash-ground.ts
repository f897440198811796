import { sql } from 'kysely';
import { expect, onTestFinished, vi } from 'vitest';
import { openDatabase } from '../../src/lib/db/index.ts';
import type { PlatformTables } from '../../src/platform/tables.ts';
import { tokenFingerprint } from '../../src/protocol/index.ts';
import type { TestEngine } from '../engines.ts';
import { SECRET } from '../instance.ts';
import { CLIENT } from '../platform/platform.ts';
import { startStrictProvider } from '../platform/strict-provider.ts';
import { api } from './pushes.ts';
import { startRelay } from './relay.ts';
import { type RoleProcess, startProcess } from './start.ts';

export type Slug = 'zoom' | 'graceful';
const SLUGS: readonly Slug[] = ['zoom', 'graceful'];
const GRACE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** One user's grant for one app. */
export interface CrashGrant {
  readonly slug: Slug;
  readonly userId: number;
  /** Of the connection on the platform. */
  readonly id: string;
  /** The provider's own name for it. */
  readonly grantId: string;
  /** As it was imported. */
  readonly refreshToken: string;
  /** The access token that was imported with it. */
  readonly imported: string;
}

interface Answer {
  readonly status: number;
  readonly token: string | null;
  readonly code: string | null;
}

const WAIT = { timeout: 60_000, interval: 20 };

/**
 * Both roles in processes of their own, a provider that rotates and ends a grant at a reuse, and a relay in
 * front of each of the two that are asked. Everything ends with the test.
 */
export async function crashGround(engine: TestEngine) {
  const [platformStore, instanceStore] = [await engine.create(), await engine.create()];
  onTestFinished(platformStore.dispose);
  onTestFinished(instanceStore.dispose);
  const database = openDatabase<PlatformTables>(platformStore.location);
  onTestFinished(database.close);
  const strict = await startStrictProvider('http://platform.test');
  const provider = await startRelay(() => `${strict.url}/token`);
  provider.repeats.set('/graceful', GRACE_MS);
  let instance = await startProcess('instance', instanceStore.location);
  const target = await startRelay(({ path }) => `${instance.url}${path}`);
  const providers = Object.fromEntries(
    SLUGS.map(slug => [slug, { tokenEndpoint: `${provider.url}/${slug}` }]),
  );
  const startPlatform = () =>
    startProcess('platform', platformStore.location, target.url, JSON.stringify({ providers }));
  let platform = await startPlatform();
  onTestFinished(async () => {
    await Promise.all([platform.kill(), instance.kill()]);
  });
  for (const slug of SLUGS) {
    await expectOk(api(platform.url, 'PUT', `/api/keyferry/v1/apps/${slug}`, { keys: CLIENT }));
    await expectOk(
      api(instance.url, 'PUT', `/api/keyferry/v1/apps/${slug}`, { enabled: true, keys: CLIENT }),
    );
  }

  const ground = {
    provider,
    target,
    database,
    get platform(): RoleProcess {
      return platform;
    },
    get instance(): RoleProcess {
      return instance;
    },
    async restartPlatform(): Promise<void> {
      await platform.gone;
      platform = await startPlatform();
    },
    async restartInstance(): Promise<void> {
      await instance.gone;
      instance = await startProcess('instance', instanceStore.location);
    },
    /** One more process of the platform, on the same database. */
    async another(): Promise<RoleProcess> {
      const process = await startPlatform();
      onTestFinished(process.kill);
      return process;
    },
    /** A user at the instance and a grant of theirs that was delivered there. */
    async grant(slug: Slug): Promise<CrashGrant> {
      const email = `${crypto.randomUUID()}@example.com`;
      const added = await expectOk(api(instance.url, 'POST', '/api/v1/users', { email }));
      const { id: userId } = added.user as { id: number };
      const { grantId, refreshToken } = await strict.issue();
      const imported = `imported-${userId}`;
      const credential = {
        access_token: imported,
        refresh_token: refreshToken,
        expiry_date: Date.now() + HOUR_MS,
      };
      const connection = {
        externalUserId: `user-${userId}`,
        calcomUserId: userId,
        appSlug: slug,
        credential,
      };
      const { id } = await expectOk(api(platform.url, 'POST', '/api/keyferry/v1/connections', connection));
      const grant = { slug, userId, id: id as string, grantId, refreshToken, imported };
      await ground.agree(grant, imported);
      // Else a step that is named from here on might be one of this delivery.
      const wish = database.db.selectFrom('outbox').select('state').where('connectionId', '=', grant.id);
      await vi.waitFor(async () => expect(await wish.execute()).toEqual([{ state: 'done' }]), WAIT);
      return grant;
    },
    /** Connects again, as a user does whose grant died. @returns the connection's id, and the new token */
    async reconnect({ userId, slug }: CrashGrant): Promise<{ id: string; token: string }> {
      const { refreshToken } = await strict.issue();
      const token = `again-${userId}`;
      const credential = {
        access_token: token,
        refresh_token: refreshToken,
        expiry_date: Date.now() + HOUR_MS,
      };
      const connection = {
        externalUserId: `user-${userId}`,
        calcomUserId: userId,
        appSlug: slug,
        credential,
      };
      const { id } = await expectOk(api(platform.url, 'POST', '/api/keyferry/v1/connections', connection));
      return { id: id as string, token };
    },
    /** Asks the sync endpoint. @param wanted.refused the token that the provider is said to refuse */
    async ask(
      { userId, slug }: CrashGrant,
      { refused = null, forSeconds = 0, of = platform }: Wanted = {},
    ): Promise<Answer> {
      const rejected =
        refused === null ? {} : { 'keyferry-rejected-token': tokenFingerprint(refused, SECRET) };
      const response = await fetch(`${of.url}/api/sync`, {
        method: 'POST',
        headers: {
          'calcom-webhook-secret': SECRET,
          'keyferry-minimum-seconds': String(forSeconds),
          ...rejected,
        },
        body: new URLSearchParams({ calcomUserId: String(userId), appSlug: slug }),
      });
      const body = (await response.json()) as { access_token?: string; code?: string };
      return { status: response.status, token: body.access_token ?? null, code: body.code ?? null };
    },
    /** A token other than `refused`, once the platform gives one. The pause of refreshes by force has passed. */
    async next(grant: CrashGrant, refused: string, of = platform): Promise<string> {
      await database.db
        .updateTable('connection')
        .set({ forcedAt: null })
        .where('id', '=', grant.id)
        .execute();
      return vi.waitFor(async () => {
        const { status, token, code } = await ground.ask(grant, { refused, of });
        expect([status, code]).toEqual([200, null]);
        return token as string;
      }, WAIT);
    },
    /** The token that the instance serves. */
    async atInstance({ userId, slug }: CrashGrant): Promise<unknown> {
      const wanted = { userId, appSlug: slug };
      const answer = await api(instance.url, 'POST', '/api/keyferry/v1/access-token', wanted);
      return ((await answer.json()) as { access_token?: unknown }).access_token;
    },
    async agree(grant: CrashGrant, token: string): Promise<void> {
      await vi.waitFor(async () => expect(await ground.atInstance(grant)).toBe(token), WAIT);
    },
    async state({ id }: CrashGrant) {
      const columns = ['version', 'status', 'statusReason'] as const;
      return database.db
        .selectFrom('connection')
        .select(columns)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
    },
    async open({ id }: CrashGrant): Promise<number> {
      const attempts = database.db.selectFrom('refresh_attempt').select('id').where('connectionId', '=', id);
      return (await attempts.execute()).length;
    },
    /** How often the provider was asked for a grant of that app since the count was last taken. */
    asked(slug: Slug): number {
      const count = provider.seen.filter(({ path }) => path === `/${slug}`).length;
      provider.seen.length = 0;
      return count;
    },
    ended: (grant: CrashGrant): boolean => strict.ended.includes(grant.grantId),
    /** What a killed process held ends by the database's clock, and it is waited for no more: as if that time had passed. */
    async endLeases(): Promise<void> {
      await sql`update "lease" set "until" = 0`.execute(database.db);
      await sql`update "refresh_attempt" set "fault" = 'waited for' where "sealedAnswer" is null`.execute(
        database.db,
      );
    },
    async endClaims(): Promise<void> {
      await sql`update "outbox" set "claimedUntil" = 0, "dueAt" = 0 where "state" = 'waiting'`.execute(
        database.db,
      );
      // Any delivery wakes the worker, which looks at once every second by itself.
      const path = `/api/keyferry/v1/connections/${other.id}/deliver`;
      await expectOk(api(platform.url, 'POST', path, {}));
    },
    /** Resolves when a delivery of the grant has failed and is to be tried again later. */
    async deliveryFailed({ id }: CrashGrant): Promise<void> {
      const failed = database.db.selectFrom('outbox').select('lastError').where('connectionId', '=', id);
      await vi.waitFor(async () => expect((await failed.executeTakeFirst())?.lastError).not.toBeNull(), WAIT);
    },
  };
  const other = await ground.grant('zoom');
  return ground;
}

interface Wanted {
  readonly refused?: string | null;
  readonly forSeconds?: number;
  readonly of?: RoleProcess;
}

export type CrashGround = Awaited<ReturnType<typeof crashGround>>;

async function expectOk(answer: Promise<Response>): Promise<Record<string, unknown>> {
  const response = await answer;
  const text = await response.text();
  if (!response.ok) throw new Error(`answered ${response.status}: ${text}`);
  return JSON.parse(text);
}
