import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEngines } from '../../test/engines.ts';
import { platformConfig } from '../../test/platform/platform.ts';
import { GRANT, NOW, storeGround } from '../../test/platform/store-ground.ts';
import { createEffects } from '../lib/effects.ts';
import { createLog } from '../lib/log.ts';
import { prune } from './prune.ts';
import { platformSignIn } from './sign-in.ts';
import { putConnection } from './store/index.ts';

const OLD = 2_500;
const YEAR_MS = 365 * 86_400_000;

describeEngines(`${OLD} rows past their time`, engine => {
  const ground = storeGround(engine);

  async function pruned(ending?: AbortSignal): Promise<void> {
    const { database } = ground;
    const effects = createEffects({ now: () => NOW, log: createLog('silent') });
    const context = { database, effects, signIn: platformSignIn(platformConfig({}), database, effects) };
    await prune(context, ending);
  }

  async function count(table: string): Promise<number> {
    const counted = sql<{ count: number }>`select count(*) as "count" from ${sql.table(table)}`;
    return Number((await counted.execute(ground.database.db)).rows[0]?.count);
  }

  const series = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(OLD)})`;
  const before = sql.lit(NOW - YEAR_MS);

  test('all go at once, the young stay, and others have their turn between', async () => {
    const { db } = ground.database;
    await putConnection(db, GRANT, NOW);
    await sql`insert into "platform_event" ("at", "kind", "actor")
      ${series} select ${before} + i, 'setup.done', 'platform' from n`.execute(db);
    await sql`insert into "platform_event" ("at", "kind", "actor") values (${NOW}, 'setup.done', 'platform')`.execute(
      db,
    );
    await sql`insert into "connect_session"
      ("id", "tokenHash", "targetId", "externalUserId", "calcomUserId", "apps", "expiresAt", "createdAt")
      ${series} select 's' || i, 't' || i, 'default', 'u', 7, '[]', ${before} + i, ${before} from n`.execute(
      db,
    );
    await sql`insert into "refresh_attempt" ("id", "connectionId", "version", "fence", "beganAt", "sealedSent")
      ${series} select 'a' || i, ${GRANT.id}, 1, 1, ${before} + i, 's' from n`.execute(db);
    let turns = 0;
    const turn = () => {
      turns += 1;
      timer = setImmediate(turn);
    };
    let timer = setImmediate(turn);
    await pruned();
    clearImmediate(timer);
    expect([await count('platform_event'), await count('connect_session')]).toEqual([1, 0]);
    expect(await count('refresh_attempt')).toBe(0);
    // Of each table three batches.
    expect(turns).toBeGreaterThanOrEqual(9);
  });

  test('an end leaves the batches that are to come', async () => {
    const { db } = ground.database;
    await sql`insert into "platform_event" ("at", "kind", "actor")
      ${series} select ${before} + i, 'setup.done', 'platform' from n`.execute(db);
    await pruned(AbortSignal.abort());
    expect(await count('platform_event')).toBeGreaterThanOrEqual(OLD);
  });

  test('done deliveries go after a week, and users without a connection with them; what waits or was stopped stays', async () => {
    const { db } = ground.database;
    await putConnection(db, GRANT, NOW);
    await sql`insert into "target_user" ("targetId", "externalUserId", "calcomUserId")
      values ('default', ${GRANT.externalUserId}, 90001)`.execute(db);
    await sql`insert into "target_user" ("targetId", "externalUserId", "calcomUserId")
      ${series} select 'default', 'gone-' || i, i from n`.execute(db);
    await sql`insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state", "dueAt",
        "createdAt", "updatedAt")
      ${series} select 'credential.push', 'k' || i, 'default', 'c' || i, i, 'zoom',
        case when i % 100 = 0 then 'waiting' when i % 100 = 1 then 'stopped' else 'done' end, 1, 1, ${before} + i from n`.execute(
      db,
    );
    await pruned();
    const states = await sql<{ state: string; n: number | string }>`
      select "state", count(*) as n from "outbox" group by "state" order by "state"`.execute(db);
    expect(states.rows.map(({ state, n }) => [state, Number(n)])).toEqual([
      ['stopped', OLD / 100],
      ['waiting', OLD / 100],
    ]);
    const users = await sql<{ externalUserId: string }>`select "externalUserId" from "target_user"`.execute(
      db,
    );
    expect(users.rows).toEqual([{ externalUserId: GRANT.externalUserId }]);
  });
});
