import type { z } from '@hono/zod-openapi';
import type { ConnectionRow, EventRow, ListedConnection, OutboxRow } from '../store/index.ts';
import type { connectionSchema, deliverySchema, eventSchema } from './schemas.ts';

/** A connection without its secrets. */
export function connectionView(
  row: ListedConnection & Partial<Pick<ConnectionRow, 'sealedCredential'>>,
): z.infer<typeof connectionSchema> {
  const {
    sealedCredential: _sealed,
    failures: _failures,
    retryAt: _retryAt,
    grantExpiresAt: _grantExpiresAt,
    idleEndsAt: _idleEndsAt,
    ...view
  } = row;
  return view;
}

export function deliveryView(row: OutboxRow): z.infer<typeof deliverySchema> {
  const { key: _key, generation: _generation, claimedBy: _claimedBy, payload, ...view } = row;
  const { connectionId, calcomUserId } = row;
  return {
    ...view,
    event: payload === null ? null : JSON.parse(payload).type,
    connectionId: connectionId || null,
    calcomUserId: calcomUserId || null,
  };
}

export function eventView({ id, at, kind, actor, detail }: EventRow): z.infer<typeof eventSchema> {
  return { id, at, kind, actor, detail };
}
