export { createBell } from './bell.ts';
export { type DeliveryShape, deliveryShape } from './delivery-shape.ts';
export { whyNotDeliverable } from './entry-keys.ts';
export { type OutboxWorker, outboxWorker } from './worker.ts';
