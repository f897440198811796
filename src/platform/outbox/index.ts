export { createBell } from './bell.ts';
export { type OutboxWorker, outboxWorker } from './worker.ts';
