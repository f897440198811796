import { type Kysely, sql } from 'kysely';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import type { Log } from '../log.ts';
import { type Keyring, open, seal } from '../sealed-box.ts';
import type { SealedColumn } from './count-sealed.ts';
import type { Store } from './open.ts';
import { scan } from './scans.ts';

/** What is wrong with a key that the database knows. */
export interface KeyFault {
  readonly id: string;
  /** `wrong`: another key of that id is in the ring. `missing`: none is, and stored values need it. */
  readonly fault: 'wrong' | 'missing';
}

interface Place {
  readonly role: 'instance' | 'platform';
  /** Columns of sealed values that no start writes anew. */
  readonly columns: readonly SealedColumn[];
}

const REMEDY =
  'Put the key that sealed them back into KEYFERRY_ENCRYPTION_KEYS, behind the new one. ' +
  'If it is lost for good, see docs/operations.md#sealing-keys.';

/** Which keys that the database knows are not in the ring, or are other ones. Writes nothing. @throws KeyferryError busy */
export async function findKeyFaults(
  store: Store,
  ring: Keyring,
  { role, columns }: Place,
): Promise<KeyFault[]> {
  const known = await listCanaries(store.db, role);
  const faults: KeyFault[] = [];
  for (const { id, canary } of known) {
    if (opens(ring, canary, identity(role, id)) || !(await isNeeded(store, columns, id))) continue;
    faults.push({ id, fault: ring.keys.has(id) ? 'wrong' : 'missing' });
  }
  return faults;
}

/**
 * Compares the ring with the keys that the database knows, and makes the ones of the ring known. Every key that is
 * missing or another one is logged.
 * @throws KeyferryError sealed_unreadable when the key that seals is another one of its id, or no key of the ring is one
 * that the database knows although what one of them sealed is still there: nothing could be opened
 */
export async function checkKeys(store: Store, ring: Keyring, place: Place, log: Log): Promise<void> {
  const { role } = place;
  const known = await listCanaries(store.db, role);
  const faults = await findKeyFaults(store, ring, place);
  for (const { id, fault } of faults) {
    log.error(
      { role, key: id, fault },
      `stored secrets cannot be opened: a sealing key is ${fault}. ${REMEDY}`,
    );
  }
  const isGood = ({ id }: { id: string }) => ring.keys.has(id) && faults.every(one => one.id !== id);
  const wrongSealer = faults.some(({ id, fault }) => fault === 'wrong' && id === ring.sealWith);
  if (wrongSealer || (faults.length > 0 && !known.some(isGood))) {
    const ids = faults.map(({ id, fault }) => `"${id}" is ${fault}`).join(', ');
    const words = `No secret stored by the ${role} can be opened: the sealing key ${ids}.`;
    throw new KeyferryError('sealed_unreadable', words, { remedy: REMEDY });
  }
  // What opens no canary and has sealed nothing that is still there is looked for no more.
  const isFault = ({ id }: { id: string }) => faults.some(one => one.id === id);
  const stale = known.filter(one => !opens(ring, one.canary, identity(role, one.id)) && !isFault(one));
  for (const { id } of stale)
    await sql`delete from "sealing_key" where "role" = ${role} and "id" = ${id}`.execute(store.db);
  for (const id of ring.keys.keys()) {
    const own = { sealWith: id, keys: ring.keys };
    await sql`insert into "sealing_key" ("role", "id", "canary")
      values (${role}, ${id}, ${seal(own, 'canary', identity(role, id))}) on conflict do nothing`.execute(
      store.db,
    );
  }
}

/** What a key fault is called, and what to do about it. */
export function keyFaultWords({ id, fault }: KeyFault): { readonly detail: string; readonly remedy: string } {
  const detail =
    fault === 'wrong'
      ? `the key "${id}" is another one than the one that sealed what is stored`
      : `the key "${id}" is not in KEYFERRY_ENCRYPTION_KEYS, and stored secrets need it`;
  return { detail, remedy: REMEDY };
}

async function listCanaries(db: Kysely<unknown>, role: string): Promise<{ id: string; canary: string }[]> {
  const { rows } = await sql<{ id: string; canary: string }>`
    select "id", "canary" from "sealing_key" where "role" = ${role} order by "id"`.execute(db);
  return rows;
}

/** Whether a key has sealed something that is still there. It ends at the first one found. */
async function isNeeded(store: Store, columns: readonly SealedColumn[], id: string): Promise<boolean> {
  for (const { table, column } of columns) {
    const rows = await scan(
      store,
      sql`select 1 as "found" from ${sql.table(table)}
        where substr(${sql.ref(column)}, 1, ${id.length + 1}) = ${`${id}.`} limit 1`,
    );
    if (rows.length > 0) return true;
  }
  return false;
}

function opens(ring: Keyring, box: string, place: string): boolean {
  try {
    return open(ring, box, place) === 'canary';
  } catch (error) {
    if (isKeyferryError(error)) return false;
    throw error;
  }
}

function identity(role: string, id: string): string {
  return `sealing_key:${role}:${id}`;
}
