import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { MOST_HELD_MS, watchLoop } from '../../../test/loop-delay.ts';
import { NOW, storeGround } from '../../../test/platform/store-ground.ts';
import { clearRetries, findConnection, renewNotDeliverable, renewStopped } from './index.ts';

const ROWS = 5_000;

describeEngines(`writes of ${ROWS} rows`, engine => {
  const ground = storeGround(engine);
  const series = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(ROWS)})`;

  async function stop(): Promise<void> {
    await sql`insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
        "lastError", "dueAt", "createdAt", "updatedAt")
      ${series} select 'credential.push', 'key-' || i, case when i % 5 = 0 then 'other' else 'default' end, 'id-' || i, i,
        'zoom', 'stopped', case when i % 3 = 0 then 'not_deliverable: x' else 'refused' end, i, i, 10000 - i / 7 from n`.execute(
      ground.database.db,
    );
  }
  async function waiting(where = sql`1 = 1`): Promise<number> {
    const { rows } = await sql<{ n: number | string }>`
      select count(*) as n from "outbox" where "state" = 'waiting' and ${where}`.execute(ground.database.db);
    return Number(rows[0]?.n);
  }

  test('all that was stopped is due again, each once, with turns between', async () => {
    await stop();
    const { result, heldMs } = await watchLoop(() => renewStopped(ground.database.db, () => true, NOW));
    expect([result, await waiting(), await waiting(sql`"generation" = 2 and "dueAt" = ${NOW}`)]).toEqual([
      ROWS,
      ROWS,
      ROWS,
    ]);
    // PGlite works in this very thread.
    if (engine.name !== 'pglite') expect(heldMs).toBeLessThan(MOST_HELD_MS);
    expect(await renewStopped(ground.database.db, () => true, NOW)).toBe(0);
  });

  test('of one target, the others stay stopped', async () => {
    await stop();
    expect(await renewStopped(ground.database.db, ({ targetId }) => targetId === 'other', NOW)).toBe(
      ROWS / 5,
    );
    expect(await waiting(sql`"targetId" <> 'other'`)).toBe(0);
  });

  test('what could not be delivered for want of a setting, and nothing else', async () => {
    await stop();
    await renewNotDeliverable(ground.database.db, 'default', NOW);
    const wanted = Array.from({ length: ROWS }, (_, at) => at + 1).filter(i => i % 5 !== 0 && i % 3 === 0);
    expect([await waiting(), await waiting(sql`"calcomUserId" % 3 = 0`)]).toEqual([
      wanted.length,
      wanted.length,
    ]);
  });

  test('the failing connections of an app may be tried at once, with turns between', async () => {
    const { db } = ground.database;
    await sql`insert into "connection" ("id", "externalUserId", "appSlug", "sealedCredential", "status", "failures",
        "retryAt", "refreshDueAt", "createdAt", "updatedAt")
      ${series} select 'id-' || i, 'user-' || i, case when i % 5 = 0 then 'zoom' else 'hubspot' end, 'x',
        case when i % 2 = 0 then 'failing' else 'needs_reconnect' end, 3, 9, 9, 1, 1 from n`.execute(db);
    const { heldMs } = await watchLoop(() => clearRetries(db, 'hubspot', NOW));
    if (engine.name !== 'pglite') expect(heldMs).toBeLessThan(MOST_HELD_MS);
    const { rows } = await sql<{ appSlug: string; status: string; n: number | string }>`
      select "appSlug", "status", count(*) as n from "connection"
      where "retryAt" = 0 and "failures" = 0 and "refreshDueAt" = ${NOW} group by 1, 2`.execute(db);
    expect(rows.map(row => ({ ...row, n: Number(row.n) }))).toEqual([
      { appSlug: 'hubspot', status: 'failing', n: 2_000 },
    ]);
    expect(await findConnection(db, 'id-10')).toMatchObject({ appSlug: 'zoom', failures: 3, retryAt: 9 });
  });
});
