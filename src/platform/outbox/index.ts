export { createBell } from './bell.ts';
export { whyNotDeliverable } from './entry-keys.ts';
export { type OutboxWorker, outboxWorker } from './worker.ts';
