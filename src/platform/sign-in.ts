import { sql } from 'kysely';
import type { Database } from '../lib/db/index.ts';
import type { Effects } from '../lib/effects.ts';
import type { SignInContext } from '../lib/sign-in/index.ts';
import type { PlatformConfig } from './config.ts';
import { insertEvent, operatorActor } from './store/index.ts';
import type { PlatformTables } from './tables.ts';

/** Signing in at a platform's desk: its operators, who are all admins. */
export function platformSignIn(
  { keyring, publicUrl, trustProxy }: PlatformConfig,
  store: Database<PlatformTables>,
  effects: Effects,
): SignInContext {
  return {
    role: 'platform',
    store,
    keyring,
    publicUrl,
    trustProxy,
    effects,
    tables: {
      people: 'operator',
      sessions: 'operator_session',
      tries: 'operator_try',
      isAdmin: sql<boolean>`(p."id" is not null)`,
    },
    actorOf: operatorActor,
    note: (db, { kind, actor, personId }, now) =>
      insertEvent(db, { kind, actor, detail: operatorActor(personId) }, now),
    async putAdmin(db, { email, name }, now) {
      const { rows } = await sql<{ id: number }>`
        insert into "operator" ("email", "name", "createdAt")
        values (${email}, ${name}, ${now})
        on conflict ("email") do update set
          "name" = coalesce(excluded."name", "operator"."name"), "locked" = false
        returning "id"`.execute(db);
      const [row] = rows;
      if (!row) throw new Error('The operator was not written.');
      return row.id;
    },
  };
}
