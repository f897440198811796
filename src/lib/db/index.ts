export * from './migrate.ts';
export * from './open.ts';
export * from './rows.ts';
