import type { z } from '@hono/zod-openapi';
import type { connectionSchema, deliverySchema, eventSchema } from '../../src/platform/http/schemas.ts';

export type Connection = z.infer<typeof connectionSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type PlatformEvent = z.infer<typeof eventSchema>;
export interface ConnectionDetail extends Connection {
  readonly deliveries: readonly Delivery[];
  readonly events: readonly PlatformEvent[];
}
export type { PlatformApp } from '../../src/platform/http/app-view.ts';
