import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { DATABASE_REMEDY } from '../database-url.ts';
import {
  type Database,
  type DatabaseLocation,
  databaseFault,
  type Engine,
  type Migrations,
  migrationFiles,
  openDatabase,
} from '../db/index.ts';
import type { Finding, Findings } from './finding.ts';

const CHECK = 'database';
const DAMAGED =
  'Stop Keyferry and restore the last backup, without the files -wal and -shm of the damaged one.';
const NEWER = 'Start that newer version, or restore the backup made before the upgrade.';
const OLDER = 'Nothing to do: the next start brings it up to date. Back it up before.';

/**
 * Whether the database opens, and has the schema of this version. Makes none and changes no data; a SQLite file gets
 * the rights and the journal that each start gives it.
 */
export async function checkDatabase(
  location: DatabaseLocation,
  migrations: readonly Migrations[],
  findings: Findings,
): Promise<Finding> {
  if ('file' in location && !existsSync(location.file)) {
    return findings.warning(
      CHECK,
      `${location.file} does not exist`,
      'The first start makes it. Is --data right?',
    );
  }
  let database: Database<unknown> | null = null;
  try {
    database = openDatabase<unknown>(location);
    const damage = await findDamage(database);
    if (damage !== null) return findings.failed(CHECK, `is damaged (${damage})`, DAMAGED);
    const judged = judgeSchema(database.engine, await readLedger(database), migrations, findings);
    const [warning] = database.sqlite?.warnings ?? [];
    return warning !== undefined && judged.verdict === 'ok'
      ? findings.warning(CHECK, warning, 'Keep the database and its backups to its owner.')
      : judged;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no reason given';
    const remedy =
      'file' in location
        ? `Look at the rights of ${location.file}, and whether the disk is full.`
        : `Look at DATABASE_URL: host, port, user, password, name of the database. ${DATABASE_REMEDY}`;
    return findings.failed(CHECK, `cannot be opened (${reason})`, remedy);
  } finally {
    await database?.close();
  }
}

/** What SQLite finds wrong with the file at a quick look, in its own thread; null for nothing, or where it takes too long. */
async function findDamage({ sqlite, scans }: Database<unknown>): Promise<string | null> {
  if (sqlite === null) return null;
  try {
    const [row] = await scans.run<{ quick_check: string }>('pragma quick_check(1)', []);
    return row === undefined || row.quick_check === 'ok' ? null : row.quick_check;
  } catch (error) {
    if (databaseFault(error) === 'damaged') return (error as Error).message;
    return null;
  }
}

type Ledger = ReadonlyMap<string, number>;

async function readLedger({ db }: Database<unknown>): Promise<Ledger> {
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === 'keyferry_migration')) return new Map();
  const { rows } = await sql<{ scope: string; number: number }>`
    select "scope", max("number") as "number" from "keyferry_migration" group by "scope"`.execute(db);
  return new Map(rows.map(({ scope, number }) => [scope, number]));
}

function judgeSchema(
  engine: Engine,
  ledger: Ledger,
  migrations: readonly Migrations[],
  findings: Findings,
): Finding {
  const states = migrations.map(({ scope, folder }) => {
    const known = migrationFiles(folder, engine).length;
    return { scope, known, found: ledger.get(scope) ?? 0 };
  });
  const newer = states.find(({ known, found }) => found > known);
  if (newer) {
    return findings.failed(
      CHECK,
      `the ${newer.scope} schema is ${newer.found}; this version knows ${newer.known}`,
      NEWER,
    );
  }
  const older = states.find(({ known, found }) => found < known);
  if (older) {
    return findings.warning(
      CHECK,
      `the ${older.scope} schema is ${older.found}, this version has ${older.known}`,
      OLDER,
    );
  }
  return findings.ok(CHECK, 'opens, and its schema is current');
}
