import { type Kysely, sql } from 'kysely';
import { SIGN_IN_EVENT_KINDS } from '../../lib/sign-in/index.ts';

/** All that is written down. */
export const EVENT_KINDS = [
  'api_key.refused',
  'app.changed',
  'credential.deleted',
  'credential.failing',
  'credential.needs_reconnect',
  'credential.pushed',
  'credential.recovered',
  'credential.refreshed',
  'platform.recovered',
  'platform.refused',
  'platform.unreachable',
  'user.added',
  'user.locked',
  'user.role_changed',
  'user.unlocked',
  ...SIGN_IN_EVENT_KINDS,
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

export interface NewEvent {
  readonly kind: EventKind;
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
