import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { createInstance, type InstanceConfig } from '../src/instance/index.ts';
import { credentialIdentity, storePushes } from '../src/instance/store/index.ts';
import type { DatabaseLocation } from '../src/lib/db/index.ts';
import { createLog } from '../src/lib/log.ts';
import { parseKeyring, seal } from '../src/lib/sealed-box.ts';
import { aesKey, encryptKeys } from '../src/protocol/index.ts';

export const SECRET = 'bench-secret-0123456789abcdefghij';
export const API_KEY = 'bench-api-key-0123456789abcdefghij';
export const AES_KEY = aesKey('0123456789abcdef0123456789abcdef');
export const SLUG = 'google-calendar';

/** Users that pushes and reads go to. */
export const USERS = 1_000;

export const KEYRING = parseKeyring(`bench:${Buffer.alloc(32, 9).toString('base64')}`);

/** A credential whose JSON text is about 1 KB. */
export function credentialText(): string {
  return JSON.stringify({
    access_token: randomBytes(330).toString('base64url'),
    refresh_token: randomBytes(77).toString('base64url'),
    scope:
      'https://www.googleapis.com/auth/calendar.events https://www.googleapis.com/auth/calendar.readonly',
    token_type: 'Bearer',
    expiry_date: Date.now() + 30 * 86_400_000,
    filler: 'x'.repeat(230),
  });
}

/** The body of a push. */
export function pushBody(userId: number): string {
  return JSON.stringify({ userId, appSlug: SLUG, keys: encryptKeys(credentialText(), AES_KEY) });
}

export function benchConfig(database: DatabaseLocation): InstanceConfig {
  return {
    database,
    keyring: KEYRING,
    sync: { secret: SECRET, header: null, encryptionKey: AES_KEY, endpoint: null, webappUrl: null },
    apiKey: API_KEY,
    publicUrl: 'http://localhost:3000',
    providers: {},
    allowPrivateAddresses: false,
    trustProxy: false,
    calendsoKey: null,
  };
}

/** Makes the schema, and a user with a credential for each of the first `stored` ids. */
export async function prepare(location: DatabaseLocation, stored: number): Promise<void> {
  const instance = await createInstance(benchConfig(location), { log: createLog('silent') });
  const { database } = instance;
  await sql`update "App" set "enabled" = true`.execute(database.db);
  const text = credentialText();
  for (let from = 1; from <= stored; from += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, stored - from + 1) }, (_, i) => from + i);
    const values = ids.map(
      id => sql`(${id}, ${`uuid-${id}`}, ${`user${id}@example.com`}, ${new Date().toISOString()})`,
    );
    await sql`insert into "users" ("id", "uuid", "email", "created") values ${sql.join(values)}`.execute(
      database.db,
    );
    const rows = ids.map(userId => {
      const row = { userId, appId: SLUG, account: '' };
      const sealedKey = seal(KEYRING, text, credentialIdentity(row));
      return {
        ...row,
        type: 'google_calendar',
        sealedKey,
        expiresAt: Date.now() + 30 * 86_400_000,
        at: Date.now(),
      };
    });
    await storePushes(database, rows);
  }
  if (database.engine === 'postgres') await sql`vacuum analyze`.execute(database.db);
  await instance.close();
}
