import { DATABASE_REMEDY } from '../lib/database-url.ts';
import { type DatabaseLocation, databaseError, SchemaError } from '../lib/db/index.ts';
import { isKeyferryError } from '../protocol/index.ts';
import { Failure } from './report-error.ts';

/**
 * For `catch`: turns what a driver throws at a database that does not open into what the operator should do.
 * Other errors are thrown on as they are.
 */
export function explainDatabase(location: DatabaseLocation): (error: unknown) => never {
  return error => {
    if (error instanceof SchemaError)
      throw new Failure(error.message, 'See docs/operations.md#stop-and-upgrade.', error);
    const damage = databaseError(error);
    if (damage?.code === 'database_damaged') throw damage;
    const code = (error as { code?: unknown } | null)?.code;
    if (typeof code !== 'string' || isKeyferryError(error)) throw error;
    const remedy =
      'file' in location
        ? `Look at the rights of ${location.file}, and whether the disk is full.`
        : `Look at DATABASE_URL: host, port, user, password, name of the database. ${DATABASE_REMEDY}`;
    throw new Failure(`The database cannot be opened: ${(error as Error).message || code}.`, remedy, error);
  };
}
