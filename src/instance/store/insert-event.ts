import { type Kysely, sql } from 'kysely';

export interface NewEvent {
  readonly kind: string;
  /** `api-key`, `user:7`, `platform` ... */
  readonly actor: string;
  readonly userId?: number | null;
  readonly appSlug?: string | null;
  /** A code or a few words; never a secret. */
  readonly detail?: string | null;
}

/** Writes down what happened. @param at epoch milliseconds */
export async function insertEvent<Tables>(db: Kysely<Tables>, event: NewEvent, at: number): Promise<void> {
  const { kind, actor, userId = null, appSlug = null, detail = null } = event;
  await sql`insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    values (${at}, ${kind}, ${actor}, ${userId}, ${appSlug}, ${detail})`.execute(db);
}
