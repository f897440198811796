import { existsSync } from 'node:fs';
import { type AppState, appStates, readInstanceDatabase } from '../instance/index.ts';
import { ConfigError, type Env } from '../lib/config.ts';
import { type DatabaseLocation, openDatabase } from '../lib/db/index.ts';

/**
 * What the operator of the instance has made of each app, by slug. Changes nothing.
 * @returns null where there is no instance's database, or it cannot be read
 */
export async function readAppStates(env: Env, data: string): Promise<ReadonlyMap<string, AppState> | null> {
  const location = findDatabase(env, data);
  if (location === null) return null;
  const database = openDatabase(location);
  try {
    return await appStates(database);
  } catch {
    // Not migrated yet, or not reachable: the catalogue is worth printing all the same.
    return null;
  } finally {
    await database.close();
  }
}

function findDatabase(env: Env, data: string): DatabaseLocation | null {
  try {
    const location = readInstanceDatabase(env, data);
    return 'file' in location && !existsSync(location.file) ? null : location;
  } catch (error) {
    // An address that is none: other commands say so.
    if (error instanceof ConfigError) return null;
    throw error;
  }
}
