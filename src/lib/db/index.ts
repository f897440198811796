export * from './count-sealed.ts';
export * from './fault.ts';
export * from './lanes.ts';
export * from './migrate.ts';
export * from './open.ts';
export { beginsWith, bytewise } from './prefix.ts';
export * from './rows.ts';
export { SCAN_LIMITS, scan } from './scans.ts';
export type { SqliteConnection } from './shared-reads.ts';
