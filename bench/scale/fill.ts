import { type RawBuilder, sql } from 'kysely';
import { createInstance } from '../../src/instance/index.ts';
import type { DatabaseLocation, Store } from '../../src/lib/db/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { benchConfig } from '../fixture.ts';
import { benchPlatformConfig } from '../tokens/grants.ts';
import { NOWHERE } from './jobs.ts';

const DAY_MS = 86_400_000;
/** The number of the row that is made. */
const I = sql`n.i`;

/**
 * The rows 1 to `rows` in one statement: it goes at the speed of the database.
 * @param columns by name, what the row `I` has
 */
async function fill(
  { db, engine }: Store,
  table: string,
  rows: number,
  columns: Readonly<Record<string, RawBuilder<unknown> | string | number | null>>,
): Promise<void> {
  const series =
    engine === 'postgres'
      ? sql`generate_series(1, ${sql.lit(rows)}) as n(i)`
      : sql`(with recursive c(i) as (select 1 union all select i + 1 from c where i < ${sql.lit(rows)})
          select i from c) as n`;
  const values = Object.values(columns).map(value =>
    typeof value === 'object' && value !== null ? value : sql.lit(value),
  );
  const names = sql.join(Object.keys(columns).map(name => sql.ref(name)));
  await sql`insert into ${sql.table(table)} (${names}) select ${sql.join(values)} from ${series}`.execute(db);
}

/** A sealed value of about 0.9 KB, which nobody opens. */
const SEALED = sql`'bench.' || ${sql.lit('x'.repeat(870))} || ${I}`;

/** A twentieth is of another app. */
const SLUG = sql`case when ${I} % 20 = 0 then 'zoom' else 'google-calendar' end`;

/** Users, each with a credential and an event. A hundredth fails, a thousandth wants its user. */
export async function fillInstance(store: Store, rows: number): Promise<void> {
  const now = Date.now();
  const at = sql`${sql.lit(now)} - cast(${sql.lit(30 * DAY_MS)} as bigint) * (${sql.lit(rows)} - ${I}) / ${sql.lit(rows)}`;
  const index = await withoutSearch(store);
  await fill(store, 'users', rows, {
    id: I,
    uuid: sql`'uuid-' || ${I}`,
    email: sql`'user' || ${I} || '@team' || (${I} % 1000) || '.example.com'`,
    username: sql`'u' || ${I}`,
    name: sql`'Person ' || (cast(${I} as bigint) * 7919 % 1000003)`,
    created: '2026-01-01T00:00:00.000Z',
  });
  const began = performance.now();
  await index();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.error(`The index of searches over ${rows} users on ${store.engine}: ${seconds} s.`);
  await fill(store, 'Credential', rows, {
    ...{ type: 'google_calendar', userId: I, appId: SLUG, sealedKey: SEALED },
    status: sql`case when ${I} % 1000 = 0 then 'needs_reconnect' when ${I} % 100 = 1 then 'failing' else 'working' end`,
    ...{ expiresAt: now + DAY_MS, createdAt: at, updatedAt: at, pushedAt: at },
  });
  await fill(store, 'event', rows, {
    at,
    kind: sql`case when ${I} % 1000 = 1 then 'credential.failing' when ${I} % 3 = 0 then 'credential.refreshed'
      else 'credential.pushed' end`,
    ...{ actor: 'platform', userId: I, appId: SLUG, detail: 'version 1' },
  });
}

/** Takes the index of searches away: made at once, as at an upgrade, it takes less. @returns what makes it */
async function withoutSearch({ db, engine }: Store): Promise<() => Promise<unknown>> {
  const [name, kind] =
    engine === 'postgres' ? ['users_search_idx', 'index'] : ['user_search_added', 'trigger'];
  const made =
    engine === 'postgres'
      ? sql<{ text: string }>`select indexdef as "text" from pg_indexes where indexname = ${name}`
      : sql<{ text: string }>`select "sql" as "text" from sqlite_master where "name" = ${name}`;
  const [found] = (await made.execute(db)).rows;
  await sql`drop ${sql.raw(kind)} ${sql.id(name)}`.execute(db);
  return async () => {
    if (engine === 'sqlite')
      await sql`insert into "user_search" ("user_search") values ('rebuild')`.execute(db);
    await sql.raw(found?.text ?? '').execute(db);
  };
}

/** Connections, each with its user, a delivery and an event. A hundredth fails, a hundredth of the deliveries stopped. */
export async function fillPlatform(store: Store, rows: number): Promise<void> {
  const now = Date.now();
  const at = sql`${sql.lit(now)} - cast(${sql.lit(30 * DAY_MS)} as bigint) * (${sql.lit(rows)} - ${I}) / ${sql.lit(rows)}`;
  const id = sql`'00000000-0000-4000-8000-' || substr('000000000000' || ${I}, length('' || ${I}) + 1)`;
  const user = sql`'user-' || ${I}`;
  await fill(store, 'connection', rows, {
    ...{ id, externalUserId: user, appSlug: SLUG, sealedCredential: SEALED },
    status: sql`case when ${I} % 1000 = 0 then 'needs_reconnect' when ${I} % 100 = 1 then 'failing' else 'connected' end`,
    ...{ expiresAt: now + DAY_MS, createdAt: at, updatedAt: at, usedAt: at },
    refreshDueAt: sql`cast(${sql.lit(now + DAY_MS)} as bigint) + ${I}`,
    endsAt: sql`case when ${I} % 10 = 0 then cast(${sql.lit(now + 10 * DAY_MS)} as bigint) + ${I} end`,
    endingReason: sql`case when ${I} % 10 = 0 then 'grant_lifetime' end`,
  });
  await fill(store, 'target_user', rows, { targetId: 'default', externalUserId: user, calcomUserId: I });
  await fill(store, 'outbox', rows, {
    topic: 'credential.push',
    key: sql`'default/' || ${I} || '/' || ${SLUG} || '/'`,
    ...{ targetId: 'default', connectionId: id, calcomUserId: I, appSlug: SLUG },
    state: sql`case when ${I} % 100 = 0 then 'waiting' when ${I} % 100 = 1 then 'stopped' else 'done' end`,
    dueAt: sql`cast(${sql.lit(now + DAY_MS)} as bigint) + ${I}`,
    ...{ createdAt: at, updatedAt: at },
  });
  await fill(store, 'platform_event', rows, {
    at,
    kind: sql`case when ${I} % 1000 = 1 then 'connection.failing' else 'connection.refreshed' end`,
    ...{ actor: 'platform', connectionId: id, externalUserId: user, appSlug: SLUG, detail: 'version 1' },
  });
}

/** Makes the schema of an instance, and fills it. */
export async function prepareFullInstance(location: DatabaseLocation, stored: number): Promise<void> {
  const { database, close } = await createInstance(benchConfig(location), { log: createLog('silent') });
  await fillInstance(database, stored);
  await settle(database);
  await close();
}

/** Makes the schema of a platform, and fills it. */
export async function prepareFullPlatform(location: DatabaseLocation, stored: number): Promise<void> {
  const config = benchPlatformConfig(location, NOWHERE);
  const { database, close } = await createPlatform(config, { log: createLog('silent') });
  await fillPlatform(database, stored);
  await settle(database);
  await close();
}

/** As PostgreSQL's autovacuum does in time; and ids go on after those that were given. */
async function settle({ db, engine }: Store): Promise<void> {
  if (engine !== 'postgres') return;
  const { rows } = await sql<{ set: string }>`
    select format('select setval(%L, (select max(%I) from %I))', pg_get_serial_sequence(quote_ident(t.table_name), column_name),
      column_name, t.table_name) as "set"
    from information_schema.columns t where is_identity = 'YES' and table_schema = 'public'`.execute(db);
  for (const { set } of rows) await sql.raw(set).execute(db);
  await sql`vacuum analyze`.execute(db);
}
