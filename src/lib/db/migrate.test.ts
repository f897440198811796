import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { ALL_MIGRATIONS } from '../../../test/migrate-process.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { type Database, type Migrations, migrate, openDatabase, SchemaError } from './index.ts';

const PROCESS = fileURLToPath(new URL('../../../test/migrate-process.ts', import.meta.url));

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

  /** A folder of migrations with one file each. */
  function folderOf(scope: string, ...texts: string[]): Migrations {
    const folder = temporaryFolder();
    for (const [index, text] of texts.entries()) {
      writeFileSync(join(folder, `${String(index + 1).padStart(4, '0')}-step.sql`), text);
    }
    return { scope, folder: pathToFileURL(`${folder}/`) };
  }

  async function ledger(scope: string): Promise<number[]> {
    const { rows } = await sql<{ number: number }>`
      select "number" from "keyferry_migration" where "scope" = ${scope} order by "number"
    `.execute(database.db);
    return rows.map(({ number }) => number);
  }

  test('makes the schemas of both roles in one database when four start at once', async () => {
    if ('pglite' in made.location) {
      await Promise.all([1, 2, 3, 4].map(() => migrate(database, ALL_MIGRATIONS)));
    } else {
      const location = JSON.stringify(made.location);
      const start = () => promisify(execFile)(process.execPath, [PROCESS, location]);
      await Promise.all([start(), start(), start(), start()]);
    }
    for (const { scope } of ALL_MIGRATIONS) expect(await ledger(scope)).toContain(1);
    const { rows } = await sql`select * from "Credential", "connection", "lease"`.execute(database.db);
    expect(rows).toEqual([]);
  });

  test('applies each file once, in order, and later ones when they come', async () => {
    const first = 'create table "step" ("n" integer);\ninsert into "step" values (1);';
    const second = 'insert into "step" select max("n") + 1 from "step";';
    await migrate(database, [folderOf('steps', first)]);
    const both = folderOf('steps', first, second, second);
    await migrate(database, [both]);
    await migrate(database, [both]);
    const { rows } = await sql`select "n" from "step" order by "n"`.execute(database.db);
    expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await ledger('steps')).toEqual([1, 2, 3]);
  });

  test('splits at semicolons that end a line, drops comments, and speaks the dialect', async () => {
    const text = `-- A comment; with a semicolon;
create table "split" (
  "id" {{id}}, -- a comment; behind
  "text" text not null
);
insert into "split" ("text") values ('one; two');

insert into "split" ("text")
  values ('three')
;
-- the end`;
    await migrate(database, [folderOf('split', text)]);
    const { rows } = await sql`select "id", "text" from "split" order by "id"`.execute(database.db);
    expect(rows).toEqual([
      { id: 1, text: 'one; two' },
      { id: 2, text: 'three' },
    ]);
  });

  test('a migration that fails leaves nothing behind', async () => {
    const broken = folderOf('broken', 'create table "half" ("n" integer);\nselect * from "nowhere";');
    await expect(migrate(database, [broken])).rejects.toThrow(/nowhere/);
    expect(await ledger('broken')).toEqual([]);
    await expect(sql`select * from "half"`.execute(database.db)).rejects.toThrow(/half/);
  });

  test('refuses a newer schema, with what to do, and leaves it alone', async () => {
    await migrate(database, [folderOf('newer', 'select 1;', 'select 1;')]);
    const known = folderOf('newer', 'create table "never" ("n" integer);');
    await expect(migrate(database, [known])).rejects.toThrow(SchemaError);
    await expect(migrate(database, [known])).rejects.toThrow(
      'The database was migrated by a newer Keyferry (newer schema 2; this version knows 1). ' +
        'Start that newer version, or restore the backup made before the upgrade.',
    );
    await expect(sql`select * from "never"`.execute(database.db)).rejects.toThrow(/never/);
  });
});
