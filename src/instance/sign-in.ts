import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../lib/db/index.ts';
import type { Effects } from '../lib/effects.ts';
import type { SignInContext } from '../lib/sign-in/index.ts';
import type { InstanceConfig } from './config.ts';
import { insertEvent } from './store/index.ts';
import type { InstanceTables } from './tables.ts';

/** Signing in at an instance: its users, of whom those with the role ADMIN are admins. */
export function instanceSignIn(
  { keyring, publicUrl, trustProxy }: InstanceConfig,
  store: Database<InstanceTables>,
  effects: Effects,
): SignInContext {
  return {
    role: 'instance',
    store,
    keyring,
    publicUrl,
    trustProxy,
    effects,
    tables: {
      people: 'users',
      sessions: 'user_session',
      tries: 'user_try',
      isAdmin: sql<boolean>`(p."role" = 'ADMIN')`,
    },
    actorOf: personId => `user:${personId}`,
    note: (db, { kind, actor, personId }, now) => insertEvent(db, { kind, actor, userId: personId }, now),
    async putAdmin(db, { email, name }, now) {
      const { rows } = await sql<{ id: number }>`
        insert into "users" ("uuid", "email", "name", "role", "created")
        values (${randomUUID()}, ${email}, ${name}, 'ADMIN', ${new Date(now).toISOString()})
        on conflict ("email") do update set "role" = 'ADMIN',
          "name" = coalesce(excluded."name", "users"."name"), "locked" = false
        returning "id"`.execute(db);
      const [row] = rows;
      if (!row) throw new Error('The admin was not written.');
      return row.id;
    },
  };
}
