import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { DatabaseTimeout, databaseError, databaseFault, openDatabase } from './index.ts';

async function thrownBy(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

describe('what SQLite throws', () => {
  function file(): string {
    return join(temporaryFolder(), 'a.db');
  }

  function made(path: string): Sqlite.Database {
    const database = new Sqlite(path);
    onTestFinished(() => void database.close());
    database.exec('create table "t" ("a" text)');
    return database;
  }

  test('where the disk is full, or the file may not be written: unwritable', async () => {
    const path = file();
    const database = made(path);
    database.pragma('max_page_count = 2');
    const insert = 'insert into "t" select hex(randomblob(100000))';
    expect(databaseFault(await thrownBy(() => database.exec(insert)))).toBe('unwritable');
    const reader = new Sqlite(path, { readonly: true });
    onTestFinished(() => void reader.close());
    expect(databaseFault(await thrownBy(() => reader.exec(insert)))).toBe('unwritable');
    const none = join(temporaryFolder(), 'none', 'a.db');
    expect(databaseFault(await thrownBy(() => new Sqlite(none, { fileMustExist: true })))).toBeNull();
  });

  test('where another process holds the lock: busy', async () => {
    const path = file();
    made(path).exec('begin immediate');
    const other = new Sqlite(path, { timeout: 10 });
    onTestFinished(() => void other.close());
    expect(databaseFault(await thrownBy(() => other.exec('insert into "t" values (1)')))).toBe('busy');
  });

  test('where it is no database: damaged', async () => {
    const path = file();
    writeFileSync(path, 'x'.repeat(10_000));
    const database = new Sqlite(path);
    onTestFinished(() => void database.close());
    expect(databaseFault(await thrownBy(() => database.exec('select * from sqlite_master')))).toBe('damaged');
  });

  test('where a statement is wrong, or a rule of the table is broken: none', async () => {
    const database = made(file());
    expect(databaseFault(await thrownBy(() => database.exec('select * from "none"')))).toBeNull();
    database.exec('create unique index "u" on "t" ("a"); insert into "t" values (1)');
    expect(databaseFault(await thrownBy(() => database.exec('insert into "t" values (1)')))).toBeNull();
  });
});

const postgres = engines.find(({ name }) => name === 'postgres');

describe.skipIf(!postgres?.available)('what PostgreSQL throws', () => {
  async function fresh(): Promise<string> {
    const made = await postgres?.create();
    if (made === undefined || !('url' in made.location)) throw new Error('There is no PostgreSQL.');
    onTestFinished(made.dispose);
    return made.location.url;
  }

  test.each([
    ['busy', "set statement_timeout = '10ms'; select pg_sleep(1)"],
    ['unwritable', 'begin read only; create table "t" ("a" text)'],
    [
      'unwritable',
      'create role "keyferry_reader"; set role "keyferry_reader"; create table public.t ("a" text)',
    ],
    ['unreachable', 'select pg_terminate_backend(pg_backend_pid())'],
    [null, 'select * from "none"'],
    [null, 'select 1 / 0'],
  ])('%s: %s', async (fault, text) => {
    const client = new pg.Client({ connectionString: await fresh() });
    client.on('error', () => {});
    await client.connect();
    onTestFinished(() => client.end().catch(() => undefined));
    const thrown = await thrownBy(async () => {
      // Nothing of it is kept: roles are the server's.
      if (text.startsWith('create role')) await client.query('begin');
      await client.query(text);
    });
    expect(databaseFault(thrown)).toBe(fault);
  });

  test('unreachable where nobody listens, where there is no such database, and where the connection is lost', async () => {
    const nowhere = openDatabase({ url: 'postgres://127.0.0.1:1/none' });
    onTestFinished(nowhere.close);
    expect(databaseFault(await thrownBy(() => sql`select 1`.execute(nowhere.db)))).toBe('unreachable');
    const url = new URL(await fresh());
    url.pathname = '/keyferry_none';
    const none = openDatabase({ url: url.href });
    onTestFinished(none.close);
    expect(databaseFault(await thrownBy(() => sql`select 1`.execute(none.db)))).toBe('unreachable');
  });
});

describe('what callers are told', () => {
  test.each([
    ['57014', 'busy', 2_000],
    ['SQLITE_BUSY_SNAPSHOT', 'busy', 2_000],
    ['08006', 'database_unreachable', 5_000],
    ['SQLITE_IOERR_WRITE', 'database_unwritable', 30_000],
    ['XX001', 'database_damaged', null],
  ])("of %s: 503 %s, with the driver's own words as the cause alone", (code, told, retryAfterMs) => {
    const cause = Object.assign(new Error('value of "secret": x'), { code });
    const error = databaseError(cause);
    expect(error).toMatchObject({ code: told, status: 503, retryAfterMs, cause });
    expect(error?.remedy).toBeTruthy();
    expect(`${error?.message} ${error?.remedy}`).not.toContain('secret');
  });

  test('of a time limit of ours the same as of one of the database', () => {
    expect(databaseError(new DatabaseTimeout('silent'))).toMatchObject({ code: 'busy', status: 503 });
  });

  test.each([new KeyferryError('conflict', 'No.'), new TypeError('x'), 'text', null])(
    'of anything else nothing: %s',
    thrown => expect(databaseError(thrown)).toBeNull(),
  );
});
