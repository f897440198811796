import Sqlite from 'better-sqlite3';
import pg from 'pg';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { SLUG } from '../fixture.ts';

export interface BareStore {
  upsert(userId: number, json: string): unknown;
  read(userId: number): string | Promise<string>;
  close(): unknown;
}

/** The same rows through the same drivers, with the same durability and prepared statements, and nothing else. */
export function bareStore(location: DatabaseLocation): BareStore {
  if ('file' in location) return sqlite(location.file);
  if ('url' in location) return postgres(location.url);
  throw new Error('PGlite is not measured.');
}

const UPSERT = (parameter: (index: number) => string) => `
  insert into "Credential" ("userId", "appId", "type", "account", "sealedKey", "expiresAt", "createdAt", "updatedAt")
  values (${parameter(1)}, '${SLUG}', 'google_calendar', '', ${parameter(2)}, null, 0, 0)
  on conflict ("userId", "appId", "account") do update set "sealedKey" = excluded."sealedKey"`;
const READ = (parameter: (index: number) => string) =>
  `select "sealedKey" from "Credential" where "userId" = ${parameter(1)} and "appId" = '${SLUG}' and "account" = ''`;

function sqlite(file: string): BareStore {
  const db = new Sqlite(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  const upsert = db.prepare(UPSERT(() => '?'));
  const read = db.prepare<[number], { sealedKey: string }>(READ(() => '?'));
  return {
    upsert: (userId, json) => upsert.run(userId, json),
    read: userId => read.get(userId)?.sealedKey ?? '',
    close: () => db.close(),
  };
}

function postgres(connectionString: string): BareStore {
  const pool = new pg.Pool({ connectionString, max: 10 });
  const [upsert, read] = [UPSERT(index => `$${index}`), READ(index => `$${index}`)];
  return {
    upsert: (userId, json) => pool.query({ name: 'upsert', text: upsert, values: [userId, json] }),
    async read(userId) {
      const { rows } = await pool.query({ name: 'read', text: read, values: [userId] });
      return rows[0].sealedKey;
    },
    close: () => pool.end(),
  };
}
