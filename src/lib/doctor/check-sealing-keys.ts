import { existsSync } from 'node:fs';
import {
  type Database,
  type DatabaseLocation,
  findKeyFaults,
  keyFaultWords,
  openDatabase,
  type SealedColumn,
} from '../db/index.ts';
import type { Keyring } from '../sealed-box.ts';
import type { Finding, Findings, Role } from './finding.ts';

const CHECK = 'sealing keys';

/** Whether every key that has sealed what is stored is in the ring, and the same one. Nothing where no start has been. */
export async function checkSealingKeys(
  location: DatabaseLocation,
  ring: Keyring,
  place: { readonly role: Role; readonly columns: readonly SealedColumn[] },
  findings: Findings,
): Promise<Finding[]> {
  if ('file' in location && !existsSync(location.file)) return [];
  let database: Database<unknown> | null = null;
  try {
    database = openDatabase<unknown>(location);
    const tables = await database.db.introspection.getTables();
    if (!tables.some(({ name }) => name === 'sealing_key')) return [];
    const faults = (await findKeyFaults(database, ring, place)).map(keyFaultWords);
    if (faults.length === 0) return [findings.ok(CHECK, 'open what is stored')];
    return faults.map(({ detail, remedy }) => findings.failed(CHECK, detail, remedy));
  } catch {
    // What is wrong with the database is told by its own check.
    return [];
  } finally {
    await database?.close();
  }
}
