import type { KeyObject } from 'node:crypto';
import { open, seal } from '../../lib/sealed-box.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { credentialIdentity, findOwnCredential, type OwnCredential, replacePush } from '../store/index.ts';
import { readSealed } from './read.ts';

/**
 * Replaces the secret of a user's credential; a dead one works again.
 * @throws KeyferryError credential_not_found, keys_unreadable
 * @see docs/protocol.md#7
 */
export async function replaceSynced(
  context: Pick<InstanceContext, 'config' | 'database' | 'catalogue' | 'effects'>,
  { encryptedKey, ...own }: OwnCredential & { readonly encryptedKey: string },
  encryptionKey: KeyObject,
): Promise<{ id: number; appId: string }> {
  const { config, database } = context;
  const row = await findOwnCredential(database, own);
  if (!row) throw notFound();
  const keys = { userId: own.userId, appSlug: row.appId, keys: encryptedKey };
  const push = await readSealed(context, keys, encryptionKey);
  // It was sealed for the user's unnamed account; the row may be of another.
  const text = open(config.keyring, push.sealedKey, credentialIdentity(push));
  const { expiresAt, at } = push;
  const sealedKey = seal(config.keyring, text, credentialIdentity(row));
  const replaced = await replacePush(database, { ...row, id: own.id, sealedKey, expiresAt, at });
  if (!replaced) throw notFound();
  return { id: own.id, appId: row.appId };
}

/** For an id that is nobody's and for one of another user alike. */
export function notFound(): KeyferryError {
  return new KeyferryError('credential_not_found', 'Credential not found');
}
