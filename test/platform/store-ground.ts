import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Database, migrate, openDatabase } from '../../src/lib/db/index.ts';
import { PLATFORM_MIGRATIONS } from '../../src/platform/migrations.ts';
import { putTarget } from '../../src/platform/store/index.ts';
import type { PlatformTables } from '../../src/platform/tables.ts';
import type { TestDatabase, TestEngine } from '../engines.ts';

export const NOW = Date.UTC(2026, 0, 15);
/** Beyond 32 bits, as every epoch time in milliseconds. */
export const LATER = NOW + 3_600_000;

export const TARGET = {
  id: 'default',
  kind: 'keyferry',
  webappUrl: 'https://cal.example',
  header: null,
  sealedSecret: 's',
  sealedEncryptionKey: 'e',
  sealedApiKey: null,
  sealedCalendsoKey: null,
  withRefreshToken: true,
} as const;

export const PLAN = {
  refreshDueAt: NOW,
  grantExpiresAt: null,
  idleEndsAt: null,
  ending: null,
  noticeAt: null,
};

export const GRANT = {
  id: 'c1',
  externalUserId: 'u1',
  appSlug: 'zoom',
  account: '',
  sealedCredential: 'sealed 1',
  expiresAt: LATER,
  plan: PLAN,
  seen: null as number | null,
};

/** A wish to push GRANT. */
export const WISH = {
  topic: 'credential.push',
  targetId: 'default',
  connectionId: 'c1',
  calcomUserId: 7,
  appSlug: 'zoom',
  account: '',
} as const;

/** The platform's tables for the tests of a `describe`; each test begins with one target alone. */
export function storeGround(engine: TestEngine) {
  let made: TestDatabase;
  let database: Database<PlatformTables>;

  beforeAll(async () => {
    made = await engine.create();
    database = openDatabase<PlatformTables>(made.location);
    await migrate(database, PLATFORM_MIGRATIONS);
  });
  afterAll(async () => {
    await database.close();
    await made.dispose();
  });
  beforeEach(async () => {
    const { db } = database;
    await db.deleteFrom('outbox').execute();
    await db.deleteFrom('platform_event').execute();
    await db.deleteFrom('connection').execute();
    await db.deleteFrom('target').execute();
    await db.deleteFrom('platform_app').execute();
    await putTarget(db, TARGET, NOW);
  });

  return {
    get database() {
      return database;
    },
  };
}
