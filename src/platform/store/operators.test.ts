import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { platformConfig } from '../../../test/platform/platform.ts';
import { NOW, storeGround } from '../../../test/platform/store-ground.ts';
import { createEffects } from '../../lib/effects.ts';
import { platformSignIn } from '../sign-in.ts';
import { addOperator, listOperators, updateOperator } from './index.ts';

describeEngines('operators', engine => {
  const ground = storeGround(engine);

  async function add(email: string): Promise<number> {
    const fresh = { email, name: 'Old' };
    return (await addOperator(ground.database, fresh, 'api-key', NOW)).id;
  }

  function change(id: number, changes: Parameters<typeof updateOperator>[1]['changes']) {
    const signIn = platformSignIn(platformConfig({}), ground.database, createEffects({}));
    return updateOperator(signIn, { id, changes, actor: 'api-key' });
  }

  const found = async (id: number) => (await listOperators(ground.database.db)).find(one => one.id === id);

  test('a change is of what was given alone, and nothing given changes nothing', async () => {
    const id = await add('ada@example.com');
    expect(await change(id, { name: 'New' })).toMatchObject({ name: 'New', locked: false });
    expect(await change(id, {})).toMatchObject({ name: 'New', locked: false });
    expect(await change(id, { name: null, locked: undefined })).toMatchObject({ name: null, locked: false });
    await expect(change(id + 1_000, { name: 'x' })).rejects.toMatchObject({ code: 'operator_not_found' });
  });

  // The others have one connection, and so one transaction at a time.
  test.skipIf(engine.name !== 'postgres')('a rename beside a lock does not unlock', async () => {
    const { db } = ground.database;
    const id = await add('bob@example.com');
    const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const locking = db.transaction().execute(async trx => {
      await sql`update "operator" set "locked" = true where "id" = ${id}`.execute(trx);
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    const renaming = change(id, { name: 'New' });
    await expect.poll(waiting).toBe(1);
    release.resolve();
    await locking;
    expect(await renaming).toMatchObject({ name: 'New', locked: true });
    expect(await found(id)).toMatchObject({ name: 'New', locked: true });

    async function waiting(): Promise<number> {
      const { rows } = await sql<{ waiting: number }>`select count(*) as "waiting" from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      return Number(rows[0]?.waiting);
    }
  });
});
