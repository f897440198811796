import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { LIB_MIGRATIONS, migrate, openDatabase, writeProbe } from './index.ts';
import { PROBE_HOLDS_MS } from './write-probe.ts';

describeEngines('a write probe', engine => {
  test('writes once in a few seconds, and sees what refuses writes alone', async () => {
    const made = await engine.create();
    const database = openDatabase<unknown>(made.location);
    onTestFinished(async () => {
      await database.close();
      await made.dispose();
    });
    await migrate(database, [LIB_MIGRATIONS]);
    let now = 0;
    const probe = writeProbe(database, () => now);
    await Promise.all([probe(), probe()]);
    const drop = sql`drop table "write_probe"`;
    await drop.execute(database.db);
    now += PROBE_HOLDS_MS.written - 1;
    await probe();
    now += 1;
    await expect(probe()).rejects.toThrow('write_probe');
    await sql`create table "write_probe" ("id" integer primary key, "at" bigint not null)`.execute(
      database.db,
    );
    await expect(probe()).rejects.toThrow('write_probe');
    now += PROBE_HOLDS_MS.failed;
    await probe();
    expect((await sql`select "id" from "write_probe"`.execute(database.db)).rows).toEqual([{ id: 1 }]);
  });
});
