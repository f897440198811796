import { addUser, INSTANCE_MIGRATIONS, readInstanceConfig } from '../instance/index.ts';
import type { InstanceTables } from '../instance/tables.ts';
import { migrate, openDatabase } from '../lib/db/index.ts';
import { textOf, type Values } from './command.ts';
import { readEnvironment } from './environment.ts';
import { explainDatabase } from './explain-database.ts';
import type { UserToAdd } from './user-add.ts';

/** Writes the user to the instance's database, which may be in use. @returns the id */
export async function addToInstance(user: UserToAdd, values: Values): Promise<number> {
  const data = textOf(values, 'data') ?? 'data';
  const env = readEnvironment({ file: textOf(values, 'env'), data });
  const { database: location } = readInstanceConfig(env, { data });
  const database = openDatabase<InstanceTables>(location);
  try {
    await migrate(database, INSTANCE_MIGRATIONS).catch(explainDatabase(location));
    const { id } = await addUser(database, user, Date.now());
    return id;
  } finally {
    await database.close();
  }
}
