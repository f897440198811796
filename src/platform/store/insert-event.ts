import { type Kysely, sql } from 'kysely';
import { SIGN_IN_EVENT_KINDS } from '../../lib/sign-in/index.ts';
import { enqueueHostEvent } from './enqueue-host-event.ts';

/** All that is written down. */
export const EVENT_KINDS = [
  'connection.connected',
  'connection.reconnected',
  'connection.imported',
  'connection.failing',
  'connection.recovered',
  'connection.refreshed',
  'connection.needs_reconnect',
  'connection.ending',
  'connection.disconnected',
  'user.moved',
  'target.refused',
  'host_webhook.refused',
  'delivery.stopped',
  'delivery.noted',
  'app.keys_set',
  'app.secret_ending',
  'app.client_refused',
  'app.client_accepted',
  'operator.added',
  'operator.removed',
  'user.locked',
  'user.unlocked',
  ...SIGN_IN_EVENT_KINDS,
] as const;

export type EventKind = (typeof EVENT_KINDS)[number];

export interface NewEvent {
  readonly kind: EventKind;
  /** `user`, `host`, `platform`, `operator`, `api-key`, `operator:1`, `anonymous`. */
  readonly actor: string;
  readonly connectionId?: string | null;
  readonly externalUserId?: string | null;
  readonly appSlug?: string | null;
  /** A code or a few words; never a secret. */
  readonly detail?: string | null;
  /** More for whoever looks into it here; the host is not told. Never a secret. */
  readonly note?: string | null;
  /** Of what will end: when, in epoch milliseconds. */
  readonly endsAt?: number | null;
}

/** How events name an operator. */
export function operatorActor(id: number): string {
  return `operator:${id}`;
}

/**
 * Writes down what happened, and with it the word to the host, where the host is to be told of it.
 * @param at epoch milliseconds
 */
export async function insertEvent<Tables>(db: Kysely<Tables>, event: NewEvent, at: number): Promise<void> {
  const { connectionId = null, externalUserId = null, appSlug = null, endsAt = null } = event;
  const ends = endsAt === null ? [] : [new Date(endsAt).toISOString()];
  const told = [event.detail ?? [], ends].flat().join(' at ');
  const detail = [told, event.note ?? ''].filter(Boolean).join(': ') || null;
  await sql`
    insert into "platform_event" ("at", "kind", "actor", "connectionId", "externalUserId", "appSlug", "detail")
    values (${at}, ${event.kind}, ${event.actor}, ${connectionId}, ${externalUserId}, ${appSlug}, ${detail})
  `.execute(db);
  await enqueueHostEvent(db, event, at);
}
