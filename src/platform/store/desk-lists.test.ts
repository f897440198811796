import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { analyze, plansOf, scansIn } from '../../../test/plans.ts';
import { countSealed, type Database, LIB_MIGRATIONS, migrate, openDatabase } from '../../lib/db/index.ts';
import { parseKeyring } from '../../lib/sealed-box.ts';
import { DELIVERY_STATES, type PlatformTables } from '../tables.ts';
import {
  countConnections,
  countDeliveries,
  listConnections,
  listDeliveries,
  listDeliveriesOf,
  listTargetUsers,
  searchConnections,
} from './index.ts';

const ROWS = 10_000;
const KEY = Buffer.alloc(32, 1).toString('base64');

describeEngines(`the lists of the desk over ${ROWS} connections`, engine => {
  let made: TestDatabase;
  let database: Database<PlatformTables>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase<PlatformTables>(made.location);
    const own = { scope: 'platform', folder: new URL('../migrations/', import.meta.url) };
    await migrate(database, [LIB_MIGRATIONS, own]);
    await fill(database);
    await analyze(database);
  });
  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  test('a search walks through all users whose name begins so, in their order', async () => {
    const found: string[] = [];
    for (let after: { externalUserId: string; id: string } | null = null; ; ) {
      const page = await searchConnections(database, { user: 'user-12', after, limit: 100 });
      found.push(...page.connections.map(({ externalUserId }) => externalUserId));
      after = page.next;
      if (after === null) break;
    }
    const names = Array.from({ length: ROWS }, (_, at) => `user-${at + 1}`);
    expect(found).toEqual(
      names.filter(name => name.startsWith('user-12')).toSorted((a, b) => (a < b ? -1 : 1)),
    );
  });

  test.each(['%', '_', 'USER-1', "'", 'user-1\u{10FFFF}'])('a search for %j finds nobody', async user => {
    const page = await searchConnections(database, { user, after: null, limit: 10 });
    expect(page).toEqual({ connections: [], next: null });
  });

  test('connections are counted by app and status, deliveries by target and state', async () => {
    const sorted = (rows: readonly object[]) => rows.map(row => JSON.stringify(row)).toSorted();
    expect(sorted(await countConnections(database))).toEqual(
      sorted([
        { appSlug: 'google-calendar', status: 'connected', count: 9_400 },
        { appSlug: 'google-calendar', status: 'failing', count: 100 },
        { appSlug: 'zoom', status: 'connected', count: 490 },
        { appSlug: 'zoom', status: 'needs_reconnect', count: 10 },
      ]),
    );
    expect(sorted(await countDeliveries(database))).toEqual(
      sorted([
        { targetId: 'default', state: 'stopped', count: 100 },
        { targetId: 'default', state: 'waiting', count: 10 },
      ]),
    );
  });

  test('deliveries go on where the page before ended, latest first', async () => {
    const first = await listDeliveries(database, { state: 'stopped', limit: 60 });
    const second = await listDeliveries(database, { state: 'stopped', after: first.next, limit: 60 });
    const times = [...first.deliveries, ...second.deliveries].map(({ updatedAt }) => updatedAt);
    expect([times.length, second.deliveries.length, second.next]).toEqual([100, 40, null]);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  test('without a state they come from all of them, in one order', async () => {
    const { deliveries: all } = await listDeliveries(database, { limit: 3_000 });
    const rest = await listDeliveries(database, { after: all.at(99) ?? null, limit: 2_900 });
    expect(rest.deliveries).toEqual(all.slice(100));
    const inOrder = all.toSorted((a, b) => b.updatedAt - a.updatedAt || b.id - a.id);
    expect(all).toEqual(inOrder);
    expect(all.at(-1)?.updatedAt).toBeGreaterThan(6_900);
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['waiting', 'done', 'stopped']));
  });

  test('what each sealing key has sealed is counted', async () => {
    const ring = parseKeyring(`k2:${KEY},k1:${KEY}`);
    const columns = [{ table: 'connection', column: 'sealedCredential', key: 'id' }];
    expect((await countSealed(database, ring, columns)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: 'gone', seals: false, known: false, values: 5_000 },
      { id: 'k1', seals: false, known: true, values: 5_000 },
      { id: 'k2', seals: true, known: true, values: 0 },
    ]);
  });

  test.each<[string, (store: Database<PlatformTables>) => Promise<unknown>]>([
    ['search', store => searchConnections(store, { user: 'user-12', after: null, limit: 50 })],
    ['all', ({ db }) => listConnections(db, { limit: 50 })],
    ['state', ({ db }) => listConnections(db, { status: 'needs_reconnect', limit: 50 })],
    [
      'an app in trouble',
      ({ db }) => listConnections(db, { appSlug: 'zoom', status: 'needs_reconnect', limit: 50 }),
    ],
    ['connected', store => searchConnections(store, { status: 'connected', after: null, limit: 50 })],
    [
      'a search for an app',
      store => searchConnections(store, { user: 'user-12', appSlug: 'hubspot', after: null, limit: 50 }),
    ],
    ['app', ({ db }) => listConnections(db, { appSlug: 'zoom', limit: 50 })],
    ['user', ({ db }) => listConnections(db, { externalUserId: 'user-7', limit: 50 })],
    ['all deliveries', store => listDeliveries(store, { limit: 50 })],
    ['deliveries of a topic', store => listDeliveries(store, { topic: 'host.event', limit: 50 })],
    [
      'the next deliveries',
      store => listDeliveries(store, { after: { updatedAt: 5_000, id: 7 }, limit: 50 }),
    ],
    ["a connection's deliveries", ({ db }) => listDeliveriesOf(db, 'id-7', 50)],
    ['stopped deliveries', store => listDeliveries(store, { state: 'stopped', limit: 50 })],
    ['counts of deliveries', countDeliveries],
    ['where a user is known, at each refresh', ({ db }) => listTargetUsers(db, 'user-7')],
  ])('%s: no table is read from end to end', async (_, run) => {
    const plans = await plansOf(database, run);
    expect(plans.length).toBeGreaterThan(0);
    // SQLite names the parts of a union like tables.
    const parts: readonly string[] = DELIVERY_STATES;
    expect(plans.flatMap(scansIn).filter(name => !parts.includes(name))).toEqual([]);
  });
});

/** A hundredth fails, a thousandth needs its user; half is sealed by a key that is gone. */
async function fill({ db }: Database<PlatformTables>): Promise<void> {
  const series = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(ROWS)})`;
  await sql`insert into "connection" ("id", "externalUserId", "appSlug", "sealedCredential", "status", "createdAt", "updatedAt")
    ${series} select 'id-' || i, 'user-' || i, case when i % 20 = 0 then 'zoom' else 'google-calendar' end,
      case when i % 2 = 0 then 'k1.sealed' else 'gone.sealed' end,
      case when i % 1000 = 0 then 'needs_reconnect' when i % 100 = 1 then 'failing' else 'connected' end, i, i
    from n`.execute(db);
  await sql`insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state", "dueAt", "createdAt", "updatedAt")
    ${series} select 'credential.push', 'key-' || i, 'default', 'id-' || i, i, 'zoom',
      case when i % 1000 = 0 then 'waiting' when i % 100 = 1 then 'stopped' else 'done' end, i, i, (i * 7919) % 10007
    from n`.execute(db);
  await sql`insert into "target" ("id", "kind", "webappUrl", "sealedSecret", "sealedEncryptionKey", "createdAt", "updatedAt")
    values ('default', 'keyferry', 'https://cal.example.com', 'k1.sealed', 'k1.sealed', 1, 1)`.execute(db);
  await sql`insert into "target_user" ("targetId", "externalUserId", "calcomUserId")
    ${series} select 'default', 'user-' || i, i from n`.execute(db);
}
