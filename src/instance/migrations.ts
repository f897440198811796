import { LIB_MIGRATIONS, type Migrations } from '../lib/db/index.ts';

/** The schema of an instance's database. */
export const INSTANCE_MIGRATIONS: readonly Migrations[] = [
  LIB_MIGRATIONS,
  { scope: 'instance', folder: new URL('./migrations/', import.meta.url) },
];
