import type { PlatformContext } from '../context.ts';
import { NOTHING_PLANNED } from '../lifetime/index.ts';
import type { ConnectionRow } from '../store/index.ts';
import { type Entry, sealEntry } from './entry.ts';
import { type NewConnection, storeConnection } from './store-connection.ts';

export interface NewEntry extends NewConnection {
  readonly entry: Entry;
}

/**
 * Stores what a user entered, over what they entered before.
 * @throws KeyferryError conflict
 */
export async function storeEntry(
  context: Pick<PlatformContext, 'config' | 'database' | 'effects' | 'wake'>,
  { entry, ...connection }: NewEntry,
): Promise<ConnectionRow> {
  return storeConnection(context, connection, id => ({
    sealedCredential: sealEntry(context, id, entry),
    expiresAt: null,
    plan: NOTHING_PLANNED,
  }));
}
