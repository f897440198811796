import { type CompiledQuery, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { NOW, storeGround } from '../../../test/platform/store-ground.ts';
import { type Claim, claimDue, claimStatement } from './claim-due.ts';
import { headsStatement, listHeads } from './list-heads.ts';

const HOUR = 3_600_000;

describeEngines('what is due', engine => {
  const ground = storeGround(engine);

  /** So many rows, due one after the other within an hour, every fourth of zoom unused, every fifth of dub. */
  async function fill(count: number): Promise<void> {
    const id = sql`'c' || cast(n as text)`;
    await sql`
      insert into "connection" ("id", "externalUserId", "appSlug", "sealedCredential", "status", "createdAt",
        "updatedAt", "refreshDueAt", "refreshClass")
      with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${sql.lit(count - 1)})
      select ${id}, ${id}, case when n % 5 = 0 then 'dub' else 'zoom' end, 'sealed', 'connected', 0, 0,
        cast(${sql.lit(NOW)} as bigint) + ((n * 7919) % ${sql.lit(count)}) * cast(${sql.lit(HOUR)} as bigint) / ${sql.lit(count)},
        case when n % 4 = 1 then 1 else 0 end
      from numbers
    `.execute(ground.database.db);
  }

  const CLAIM: Claim = { appSlug: 'zoom', refreshClass: 0, at: NOW + HOUR, forMs: HOUR, limit: 16 };

  async function dueOf(ids: readonly string[]): Promise<number[]> {
    const { rows } = await sql<{ id: string; n: number }>`
      select "id", cast(substr("id", 2) as integer) as "n" from "connection"
    `.execute(ground.database.db);
    const numbers = new Map(rows.map(row => [row.id, row.n]));
    return ids.map(id => ((numbers.get(id) ?? 0) * 7919) % rows.length);
  }

  test('is claimed once, longest due first, of one app and class, and is due again when the claim ends', async () => {
    await fill(400);
    const seen: string[] = [];
    for (let claimed = 16; claimed === 16; ) {
      const rows = await claimDue(ground.database, CLAIM);
      claimed = rows.length;
      const newest = Math.max(-1, ...(await dueOf(seen)));
      for (const due of await dueOf(rows.map(({ id }) => id))) expect(due).toBeGreaterThan(newest);
      seen.push(...rows.map(({ id }) => id));
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(240);
    expect(await claimDue(ground.database, { ...CLAIM, at: NOW + 2 * HOUR - 1 })).toEqual([]);
    expect(await claimDue(ground.database, { ...CLAIM, at: NOW + 2 * HOUR })).toHaveLength(16);
  });

  test('is not yet, never, or of nobody: none of these is claimed', async () => {
    await fill(40);
    expect(await claimDue(ground.database, { ...CLAIM, at: NOW - 1 })).toEqual([]);
    expect(await claimDue(ground.database, { ...CLAIM, limit: 0 })).toEqual([]);
    await ground.database.db.updateTable('connection').set({ refreshDueAt: null }).execute();
    expect(await claimDue(ground.database, CLAIM)).toEqual([]);
    expect(await listHeads(ground.database.db, ['zoom', 'dub'])).toEqual([]);
  });

  test('has a head an app, of whichever class comes first', async () => {
    await fill(40);
    const set = (id: string, refreshDueAt: number) =>
      ground.database.db.updateTable('connection').set({ refreshDueAt }).where('id', '=', id).execute();
    await set('c1', NOW - 7);
    await set('c2', NOW - 5);
    await set('c10', NOW - 3);
    expect(await listHeads(ground.database.db, ['zoom', 'dub', 'unknown', "o'hara"])).toEqual([
      { appSlug: 'zoom', dueAt: NOW - 7 },
      { appSlug: 'dub', dueAt: NOW - 3 },
    ]);
    expect(await listHeads(ground.database.db, [])).toEqual([]);
  });

  describe('of many rows', () => {
    const MANY = engine.name === 'sqlite' ? 100_000 : 20_000;

    /** How the engine would run it, planned for any parameters where it keeps such a plan. */
    async function plan({ sql: text, parameters }: CompiledQuery): Promise<string> {
      if (engine.name === 'sqlite') {
        const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(
          text.replace(/\?/g, () => 'null'),
        )}`.execute(ground.database.db);
        return rows.map(({ detail }) => detail).join('\n');
      }
      return ground.database.db.connection().execute(async db => {
        const literals = parameters.map(value => (typeof value === 'number' ? value : `'${value}'`));
        await sql.raw('set plan_cache_mode = force_generic_plan').execute(db);
        await sql.raw(`prepare claim as ${text}`).execute(db);
        const explain = sql.raw<Record<string, string>>(`explain execute claim(${literals.join(', ')})`);
        const { rows } = await explain.execute(db);
        await sql.raw('deallocate claim').execute(db);
        return rows.flatMap(row => Object.values(row)).join('\n');
      });
    }

    test('is found in the index: no statement reads the table', async () => {
      await fill(MANY);
      await sql
        .raw(engine.name === 'sqlite' ? 'analyze' : 'analyze "connection"')
        .execute(ground.database.db);
      const statements = [claimStatement(ground.database.engine, CLAIM), headsStatement(['zoom', 'dub'])];
      for (const statement of statements) {
        const words = await plan(statement.compile(ground.database.db));
        expect(words).toContain('connection_refresh_idx');
        expect(words).not.toMatch(/seq scan on "?connection|SCAN connection|SCAN c\b/i);
      }
      const { rows } = await sql<{ id: string }>`
        select "id" from "connection" where "appSlug" = 'zoom' and "refreshClass" = 0
        order by "refreshDueAt" limit 16`.execute(ground.database.db);
      const claimed = (await claimDue(ground.database, CLAIM)).map(({ id }) => id);
      expect(new Set(claimed)).toEqual(new Set(rows.map(({ id }) => id)));
    });
  });
});
