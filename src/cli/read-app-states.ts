import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AppState, appStates } from '../instance/index.ts';
import type { Env } from '../lib/config.ts';
import { openDatabase } from '../lib/db/index.ts';

/**
 * What the operator of the instance has made of each app, by slug. Changes nothing.
 * @returns null where there is no instance's database, or it cannot be read
 */
export async function readAppStates(env: Env, data: string): Promise<ReadonlyMap<string, AppState> | null> {
  const url = env.DATABASE_URL;
  const file = join(data, 'instance.db');
  if (!url && !existsSync(file)) return null;
  const database = openDatabase(url ? { url } : { file });
  try {
    return await appStates(database);
  } catch {
    // Not migrated yet, or not reachable: the catalogue is worth printing all the same.
    return null;
  } finally {
    await database.close();
  }
}
