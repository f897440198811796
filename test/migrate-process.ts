import { type DatabaseLocation, LIB_MIGRATIONS, migrate, openDatabase } from '../src/lib/db/index.ts';

/** Every schema that one database may hold. */
export const ALL_MIGRATIONS = [
  LIB_MIGRATIONS,
  { scope: 'instance', folder: new URL('../src/instance/migrations/', import.meta.url) },
  { scope: 'platform', folder: new URL('../src/platform/migrations/', import.meta.url) },
];

/** A process that migrates the database named in its argument, as one of several that start at once. */
if (import.meta.main) {
  const database = openDatabase(JSON.parse(process.argv[2] ?? '') as DatabaseLocation);
  await migrate(database, ALL_MIGRATIONS);
  await database.close();
}
