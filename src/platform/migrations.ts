import { LIB_MIGRATIONS, type Migrations } from '../lib/db/index.ts';

/** The schema of a platform's database. */
export const PLATFORM_MIGRATIONS: readonly Migrations[] = [
  LIB_MIGRATIONS,
  { scope: 'platform', folder: new URL('./migrations/', import.meta.url) },
];
