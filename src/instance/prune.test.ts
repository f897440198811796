import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../test/engines.ts';
import { instanceConfig, startInstance, type TestInstance } from '../../test/instance.ts';
import { createEffects, type Effects } from '../lib/effects.ts';
import { createLog } from '../lib/log.ts';
import { EVENTS_KEPT_MS } from '../lib/prune-events.ts';
import type { InstanceConfig } from './config.ts';
import { prune } from './prune.ts';
import { instanceSignIn } from './sign-in.ts';

const OLD = 2_500;

describeEngines(`pruning ${OLD} old events`, engine => {
  let made: TestDatabase;
  let config: InstanceConfig;
  let side: TestInstance;
  beforeAll(async () => {
    made = await engine.create();
    config = instanceConfig(made.location);
    side = await startInstance(config);
  });
  beforeEach(async () => {
    const { db } = side.instance.database;
    const kept = side.clock.now() - EVENTS_KEPT_MS;
    await sql`delete from "event"`.execute(db);
    await sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(OLD + 3)})
      insert into "event" ("at", "kind", "actor")
      select ${sql.lit(kept)} - case when i > ${sql.lit(OLD)} then 0 else 1 end, 'credential.failing', 'platform'
      from n`.execute(db);
  });
  afterAll(async () => {
    await side.instance.close();
    await made.dispose();
  });

  /** @returns how many were there at each pause, and at the end */
  async function pruned(ending: AbortController, atPause = () => {}): Promise<number[]> {
    const { database } = side.instance;
    const left: number[] = [];
    const count = async () => {
      const { rows } = await sql<{ n: number | string }>`select count(*) as "n" from "event"`.execute(
        database.db,
      );
      left.push(Number(rows[0]?.n));
    };
    const sleep: Effects['sleep'] = async (ms, signal) => {
      expect([ms > 0, signal]).toEqual([true, ending.signal]);
      await count();
      atPause();
    };
    const effects = createEffects({ now: side.clock.now, log: createLog('silent'), sleep });
    await prune({ database, effects, signIn: instanceSignIn(config, database, effects) }, ending.signal);
    await count();
    return left;
  }

  test('takes all of them in one round, with a pause between batches, and no other', async () => {
    const left = await pruned(new AbortController());
    expect(left.slice(0, 6)).toEqual([2_003, 1_503, 1_003, 503, 3, 3]);
    expect(await pruned(new AbortController())).toEqual([3, 3]);
  });

  test('ends after the batch under way when the process ends', async () => {
    const ending = new AbortController();
    expect(await pruned(ending, () => ending.abort())).toEqual([2_003, 2_003]);
  });
});
