import { sql } from 'kysely';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { seal } from '../../src/lib/sealed-box.ts';
import { createPlatform, type PlatformConfig } from '../../src/platform/index.ts';
import { connectionIdentity } from '../../src/platform/vault/index.ts';
import { API_KEY, benchConfig, credentialText, KEYRING, SLUG } from '../fixture.ts';

/** What a platform of the benchmark has to do with. */
export interface Around {
  readonly tokenEndpoint: string;
  /** The instance that it delivers to. */
  readonly webappUrl: string;
}

export function benchPlatformConfig(
  database: DatabaseLocation,
  { tokenEndpoint, webappUrl }: Around,
): PlatformConfig {
  const { sync, ...shared } = benchConfig(database);
  return {
    ...shared,
    sync: { ...sync, webappUrl },
    providers: { [SLUG]: { tokenEndpoint } },
    targetKind: 'keyferry',
    withRefreshToken: false,
  };
}

const AT_ONCE = 1_000;
/** None of them is due while anything is measured, but those that are made so. In milliseconds. */
const DUE_IN_MS = 86_400_000;
const LASTS_MS = 43_200_000;

/** Makes the schema, and a grant, delivered, of each of the first `stored` users. */
export async function prepareGrants(location: DatabaseLocation, stored: number): Promise<void> {
  const nowhere = 'http://127.0.0.1:9';
  const config = benchPlatformConfig(location, { tokenEndpoint: nowhere, webappUrl: nowhere });
  const platform = await createPlatform(config, { log: createLog('silent') });
  const { db, engine } = platform.database;
  await platform.fetch(
    new Request(`${config.publicUrl}/api/keyferry/v1/apps/${SLUG}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ keys: { client_id: 'bench', client_secret: 'bench-client-secret' } }),
    }),
  );
  const [text, now] = [credentialText(), Date.now()];
  for (let from = 1; from <= stored; from += AT_ONCE) {
    const ids = Array.from({ length: Math.min(AT_ONCE, stored - from + 1) }, (_, index) => from + index);
    const connections = ids.map(user => {
      const id = `grant-${user}`;
      const sealed = seal(KEYRING, text, connectionIdentity(id));
      const due = now + DUE_IN_MS + user;
      return sql`(${id}, ${`user-${user}`}, ${SLUG}, ${sealed}, 'connected', cast(${now + LASTS_MS} as bigint),
        ${now}, ${now}, cast(${due} as bigint), cast(${now} as bigint))`;
    });
    const users = ids.map(user => sql`('default', ${`user-${user}`}, cast(${user} as integer))`);
    const wishes = ids.map(
      user => sql`('credential.push', ${`default/${user}/${SLUG}/`}, 'default', ${`grant-${user}`},
        cast(${user} as integer), ${SLUG}, 'done', 0, 0, 0)`,
    );
    await sql`insert into "connection" ("id", "externalUserId", "appSlug", "sealedCredential", "status", "expiresAt",
      "createdAt", "updatedAt", "refreshDueAt", "usedAt") values ${sql.join(connections)}`.execute(db);
    await sql`insert into "target_user" ("targetId", "externalUserId", "calcomUserId")
      values ${sql.join(users)}`.execute(db);
    await sql`insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
      "dueAt", "createdAt", "updatedAt") values ${sql.join(wishes)}`.execute(db);
  }
  if (engine === 'postgres') await sql`vacuum analyze`.execute(db);
  await platform.close();
}
