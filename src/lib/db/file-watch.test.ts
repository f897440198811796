import { copyFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { type Database, openDatabase, type SqliteConnection } from './index.ts';

interface Opened {
  readonly file: string;
  readonly database: Database<unknown>;
  readonly sqlite: SqliteConnection;
  readonly write: () => Promise<unknown>;
}

async function open(): Promise<Opened> {
  const file = join(temporaryFolder(), 'test.db');
  const database = openDatabase<unknown>({ file });
  onTestFinished(() => database.close());
  const { sqlite } = database;
  if (sqlite === null) throw new Error('It is SQLite.');
  await sql`create table "t" ("n" integer, "text" text)`.execute(database.db);
  const write = () => sql`insert into "t" values (1, 'x')`.execute(database.db);
  await write();
  expect(sqlite.watch.look()).toBe(null);
  return { file, database, sqlite, write };
}

/** A whole database that was made elsewhere. */
async function backupOf({ database }: Opened): Promise<string> {
  const backup = join(temporaryFolder(), 'backup.db');
  await sql`vacuum into ${backup}`.execute(database.db);
  return backup;
}

const REFUSED = { name: 'DatabaseFileLost', code: 'SQLITE_READONLY_DBMOVED' };

test.each(['', '-wal'])('a commit is not acknowledged once test.db%s is deleted', async suffix => {
  const { file, database, sqlite, write } = await open();
  rmSync(file + suffix);
  await expect(write()).rejects.toMatchObject(REFUSED);
  await expect(
    database.db.transaction().execute(trx => sql`insert into "t" values (2, 'y')`.execute(trx)),
  ).rejects.toMatchObject(REFUSED);
  expect(() => sqlite.write(() => 'done')).toThrow('deleted');
  expect(sqlite.watch.look()).toMatchObject(REFUSED);
});

test('a deleted index of the log is noticed at the next look', async () => {
  const { file, sqlite, write } = await open();
  rmSync(`${file}-shm`);
  expect(sqlite.watch.look()).toMatchObject(REFUSED);
  // And stays so, whatever is looked at beside it.
  await expect(write()).rejects.toMatchObject(REFUSED);
  expect(sqlite.watch.look()).toMatchObject(REFUSED);
});

test('so is another file in its place, which stays as it is', async () => {
  const opened = await open();
  const { file, database, sqlite, write } = opened;
  const backup = await backupOf(opened);
  renameSync(backup, file);
  await expect(write()).rejects.toThrow('replaced');
  expect(sqlite.watch.look()).toMatchObject(REFUSED);
  await database.close();
  const other = openDatabase<unknown>({ file });
  onTestFinished(() => other.close());
  expect((await sql`select * from "t"`.execute(other.db)).rows.length).toBe(1);
  expect(readdirSync(dirname(file)).filter(name => name.includes('of-replaced')).length).toBe(1);
});

test('what is put back is good again', async () => {
  const { file, sqlite, write } = await open();
  renameSync(file, `${file}.away`);
  await expect(write()).rejects.toThrow('deleted or moved');
  renameSync(`${file}.away`, file);
  await write();
  expect(sqlite.watch.look()).toBe(null);
});

test('a copy over the file is noticed, and SQLite writes nothing into it any more', async () => {
  const opened = await open();
  const { file, sqlite, write } = opened;
  const backup = await backupOf(opened);
  await write();
  expect(sqlite.watch.look()).toBe(null);
  await new Promise(resolve => setTimeout(resolve, 20));
  copyFileSync(backup, file);
  // Commits between the looks do not hide it.
  await write();
  sqlite.watch.look();
  await write();
  expect(sqlite.watch.look()).toMatchObject(REFUSED);
  expect(sqlite.watch.isForeign).toBe(true);
  await expect(write()).rejects.toThrow('not SQLite');
});

test('so is a log that was cut', async () => {
  const { file, sqlite } = await open();
  truncateSync(`${file}-wal`, 0);
  expect(sqlite.watch.look()).toMatchObject({ message: expect.stringContaining('was cut') });
});

test("SQLite's own writing is none of that: checkpoints, other connections, a vacuum", async () => {
  const opened = await open();
  const { file, database, sqlite, write } = opened;
  const other = openDatabase<unknown>({ file });
  for (const mode of ['passive', 'truncate', 'restart']) {
    await write();
    await sql`pragma wal_checkpoint(${sql.raw(mode)})`.execute(other.db);
    for (let looks = 0; looks < 3; looks += 1) expect(sqlite.watch.look()).toBe(null);
  }
  await sql`vacuum`.execute(database.db);
  await sql`pragma wal_checkpoint(truncate)`.execute(database.db);
  await other.close();
  await backupOf(opened);
  for (let looks = 0; looks < 3; looks += 1) expect(sqlite.watch.look()).toBe(null);
  await write();
});

test('the log is short again after a reader that kept it long', async () => {
  const { file, database, sqlite } = await open();
  const reader = openDatabase<unknown>({ file });
  onTestFinished(() => reader.close());
  const many = () =>
    sql`insert into "t" with recursive n(i) as (select 1 union all select i + 1 from n where i < 24000)
      select i, hex(zeroblob(2000)) from n`.execute(database.db);
  await reader.db.transaction().execute(async trx => {
    await sql`select * from "t"`.execute(trx);
    // A transaction of ours begins with the right to write, which the other needs.
    await sql`rollback`.execute(trx).catch(() => undefined);
    reader.sqlite?.prepare('begin deferred').run([]);
    reader.sqlite?.prepare('select * from "t"').all([]);
    await many();
    sqlite.watch.look();
    expect(sqlite.watch.logBytes).toBeGreaterThan(90e6);
  });
  for (let writes = 0; writes < 3; writes += 1)
    await sql`insert into "t" values (0, 'x')`.execute(database.db);
  sqlite.watch.look();
  expect(sqlite.watch.logBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
});

test('a file that is no database is told as damage', async () => {
  const { file, database, sqlite } = await open();
  await sql`pragma wal_checkpoint(truncate)`.execute(database.db);
  await database.close();
  writeFileSync(file, 'x'.repeat(8192));
  expect(() => openDatabase({ file })).toThrow(/not a database/);
  expect(sqlite.damage).toBe(null);
});
