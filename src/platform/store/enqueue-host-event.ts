import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { HOST_KEY_PREFIX, HOST_TARGET, hostPayload, hostType } from '../host-webhooks/payload.ts';
import type { NewEvent } from './insert-event.ts';

/**
 * Puts an event into the outbox for the host, in the transaction of the event; nothing where the host hears
 * of no such event, or of none.
 * @param at epoch milliseconds
 */
export async function enqueueHostEvent<Tables>(
  db: Kysely<Tables>,
  event: NewEvent,
  at: number,
): Promise<void> {
  const type = hostType(event);
  if (type === null) return;
  const { connectionId = null, appSlug = null } = event;
  const { rows } = await sql<{ externalUserId: string | null }>`
    select (select "externalUserId" from "connection" where "id" = ${connectionId}) as "externalUserId"
    from "host_webhook"
  `.execute(db);
  const [listens] = rows;
  if (listens === undefined) return;
  const externalUserId = event.externalUserId ?? listens.externalUserId;
  const payload = hostPayload(type, { ...event, externalUserId }, at);
  const place = connectionId ?? '';
  // Behind one that waits to be sent again it is not due before that one: see moveHostEvents.
  const behind = sql`(select max("dueAt") from "outbox"
    where "connectionId" = ${place} and "topic" = 'host.event' and "state" = 'waiting' and "dueAt" > ${at})`;
  await sql`
    insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
      "dueAt", "createdAt", "updatedAt", "payload")
    values ('host.event', ${`${HOST_KEY_PREFIX}evt_${randomUUID()}`}, ${HOST_TARGET}, ${place}, 0, ${appSlug ?? ''}, 'waiting',
      coalesce(${behind}, cast(${at} as bigint)), ${at}, ${at}, ${payload})
  `.execute(db);
}
