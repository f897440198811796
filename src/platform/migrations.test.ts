import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../test/engines.ts';
import { LIB_MIGRATIONS, migrate, openDatabase } from '../lib/db/index.ts';
import { PLATFORM_MIGRATIONS } from './migrations.ts';
import type { PlatformTables } from './tables.ts';

const FOLDER = new URL('./migrations/', import.meta.url);

/** The migrations as they were before the one of that number. */
function before(number: string): URL {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-migrations-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of readdirSync(FOLDER)) {
    if (/^\d{4}-.*\.sql$/.test(file) && file < number) cpSync(new URL(file, FOLDER), join(folder, file));
  }
  return pathToFileURL(`${folder}/`);
}

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  describe.skipIf(!engine.available)(`a database from before the plans on ${engine.name}`, () => {
    test('keeps its outbox, and what is in it is planned', async () => {
      const { location, dispose } = await engine.create();
      const database = openDatabase<PlatformTables>(location);
      onTestFinished(async () => {
        await database.close();
        await dispose();
      });
      const { db } = database;
      await migrate(database, [LIB_MIGRATIONS, { scope: 'platform', folder: before('0008') }]);
      for (const [id, status, expiresAt] of [
        ['c1', 'connected', 9_000_000],
        ['c2', 'failing', null],
        ['c3', 'needs_reconnect', 9_000_000],
      ] as const) {
        await sql`
          insert into "connection" ("id", "externalUserId", "appSlug", "sealedCredential", "status", "expiresAt",
            "createdAt", "updatedAt")
          values (${id}, ${id}, 'zoom', 's', ${status}, ${expiresAt}, 1, 7)`.execute(db);
        await sql`
          insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
            "dueAt", "createdAt", "updatedAt")
          values (${id === 'c3' ? 'credential.delete' : 'credential.push'}, ${id}, 'default', ${id}, 7, 'zoom',
            'waiting', 1, 1, 1)`.execute(db);
      }
      await migrate(database, PLATFORM_MIGRATIONS);
      const connections = await db
        .selectFrom('connection')
        .select(['id', 'refreshDueAt', 'usedAt', 'endsAt'])
        .orderBy('id')
        .execute();
      expect(connections).toEqual([
        { id: 'c1', refreshDueAt: 8_400_000, usedAt: 7, endsAt: null },
        { id: 'c2', refreshDueAt: 7, usedAt: 7, endsAt: null },
        { id: 'c3', refreshDueAt: null, usedAt: null, endsAt: null },
      ]);
      const wishes = await db
        .selectFrom('outbox')
        .select(['key', 'topic', 'payload'])
        .orderBy('id')
        .execute();
      expect(wishes).toEqual([
        { key: 'c1', topic: 'credential.push', payload: null },
        { key: 'c2', topic: 'credential.push', payload: null },
        { key: 'c3', topic: 'credential.delete', payload: null },
      ]);
    });
  });
}
