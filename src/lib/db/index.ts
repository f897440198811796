export * from './migrate.ts';
export * from './open.ts';
export * from './read-lanes.ts';
export * from './rows.ts';
