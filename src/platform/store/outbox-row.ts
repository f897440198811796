import type { DeliveryState, Topic } from '../tables.ts';

/** A wish as it is read. Times are epoch milliseconds. */
export interface OutboxRow {
  readonly id: number;
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
  readonly createdAt: number;
  readonly updatedAt: number;
}
