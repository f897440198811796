import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { type EventKind, insertEvent } from './insert-event.ts';

/** What is wrong with the platform as a whole. */
export interface Incident {
  readonly code: 'platform_unreachable' | 'platform_refused';
  /** A few words for the event; never a secret. */
  readonly detail: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

const NAME = 'platform';

const KINDS: Readonly<Record<Incident['code'], EventKind>> = {
  platform_unreachable: 'platform.unreachable',
  platform_refused: 'platform.refused',
};

/**
 * Opens an incident of the platform, with its event. Any number of processes that see the same one make one.
 * @returns whether it was new
 */
export async function openIncident({ db }: Store, { code, detail, at }: Incident): Promise<boolean> {
  return db.transaction().execute(async trx => {
    const { rows } = await sql`
      insert into "incident" ("name", "code", "since") values (${NAME}, ${code}, ${at})
      on conflict ("name") do update set "code" = excluded."code", "since" = excluded."since"
      where "incident"."code" <> excluded."code" returning "name"`.execute(trx);
    if (rows.length === 0) return false;
    await insertEvent(trx, { kind: KINDS[code], actor: 'instance', detail }, at);
    return true;
  });
}

/**
 * Closes the platform's incident if it is one of these, with the event of its end.
 * @returns whether there was one
 */
export async function closeIncident(
  { db }: Store,
  { codes, at }: { readonly codes: readonly Incident['code'][]; readonly at: number },
): Promise<boolean> {
  return db.transaction().execute(async trx => {
    const { rows } = await sql<{ code: string }>`
      delete from "incident" where "name" = ${NAME} and "code" in (${sql.join(codes)})
      returning "code"`.execute(trx);
    const [closed] = rows;
    if (closed === undefined) return false;
    await insertEvent(trx, { kind: 'platform.recovered', actor: 'instance', detail: closed.code }, at);
    return true;
  });
}
