import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { type Database, LIB_MIGRATIONS, migrate, openDatabase } from './index.ts';

const ALL = [
  LIB_MIGRATIONS,
  { scope: 'instance', folder: new URL('../../instance/migrations/', import.meta.url) },
  { scope: 'platform', folder: new URL('../../platform/migrations/', import.meta.url) },
];

describeEngines('migrate', engine => {
  let made: TestDatabase;
  let database: Database<unknown>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase(made.location);
  });

  afterAll(async () => {
    await database.close();
    await made.dispose();
  });

  test('makes the schemas of both roles in one database', async () => {
    await migrate(database, ALL);
    const { rows } = await sql`select * from "Credential", "connection", "lease"`.execute(database.db);
    expect(rows).toEqual([]);
  });
});
