import { sql } from 'kysely';
import type { DeliveryState, Topic } from '../tables.ts';

/** A wish as it is read. Times are epoch milliseconds. */
export interface OutboxRow {
  readonly id: number;
  readonly key: string;
  readonly topic: Topic;
  readonly targetId: string;
  readonly connectionId: string;
  readonly calcomUserId: number;
  readonly appSlug: string;
  readonly state: DeliveryState;
  readonly generation: number;
  readonly attempts: number;
  readonly dueAt: number;
  readonly claimedBy: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  /** What is sent to the host, word for word; null of a credential, which is read when it is sent. */
  readonly payload: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const OUTBOX_COLUMNS = sql.raw(
  [
    'id',
    'key',
    'topic',
    'targetId',
    'connectionId',
    'calcomUserId',
    'appSlug',
    'state',
    'generation',
    'attempts',
    'dueAt',
    'claimedBy',
    'lastStatus',
    'lastError',
    'payload',
    'createdAt',
    'updatedAt',
  ]
    .map(name => `"${name}"`)
    .join(', '),
);
