import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { hostPayload, hostType } from '../host-webhooks/payload.ts';
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
  const type = hostType(event.kind);
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
  await sql`
    insert into "outbox" ("topic", "key", "targetId", "connectionId", "calcomUserId", "appSlug", "state",
      "dueAt", "createdAt", "updatedAt", "payload")
    values ('host.event', ${`host:evt_${randomUUID()}`}, 'host', ${connectionId ?? ''}, 0, ${appSlug ?? ''}, 'waiting',
      ${at}, ${at}, ${at}, ${payload})
  `.execute(db);
}
