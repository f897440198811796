import { z } from '@hono/zod-openapi';
import { MAX_ID } from '../../protocol/index.ts';
import { TOPICS } from '../tables.ts';

/** The host's own name for its user. */
export const EXTERNAL_USER_ID = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\0]*$/, 'must not hold NUL');
/** The user's number at the instance. */
export const CALCOM_USER_ID = z.int().min(1).max(MAX_ID);
export const SLUG = z.string().min(1).max(200);
export const CONNECTION_ID = z.uuid();

const time = z.number().openapi({ description: 'Epoch milliseconds' });

export const deliverySchema = z
  .object({
    id: z.int(),
    topic: z.enum(TOPICS).openapi({ description: "`host.event` goes to the host's own webhook" }),
    event: z.string().nullable().openapi({ description: 'The type of what the host is told' }),
    targetId: z.string().openapi({ description: "`host` is the host's own webhook" }),
    connectionId: z.string().nullable(),
    calcomUserId: z.int().nullable(),
    appSlug: z.string(),
    state: z.enum(['waiting', 'done', 'stopped']),
    attempts: z.int(),
    dueAt: time,
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Delivery');

export const STATUS = z.enum(['connected', 'failing', 'needs_reconnect']);

export const connectionSchema = z
  .object({
    id: z.string(),
    externalUserId: z.string(),
    appSlug: z.string(),
    account: z.string(),
    status: STATUS,
    statusReason: z.string().nullable().openapi({ description: 'An error code' }),
    expiresAt: time.nullable(),
    version: z.int(),
    createdAt: time,
    updatedAt: time,
    refreshedAt: time.nullable(),
    failedAt: time.nullable(),
    refreshDueAt: time.nullable().openapi({ description: 'When it is refreshed next if nobody asks' }),
    usedAt: time.nullable().openapi({ description: 'When an instance last asked for it, to the hour' }),
    endsAt: time.nullable().openapi({ description: 'When its grant will end, as things stand' }),
    endingReason: z.string().nullable().openapi({ description: 'Why: see GET /api/keyferry/v1/endings' }),
  })
  .openapi('Connection');

export const eventSchema = z
  .object({
    id: z.int(),
    at: time,
    kind: z.string(),
    actor: z.string(),
    detail: z.string().nullable(),
  })
  .openapi('Event');

export { time };
