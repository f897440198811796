import type { Credential } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { ConnectionRow } from '../store/index.ts';
import { openGrant, sealCredential } from './grant.ts';
import { type NewConnection, storeConnection } from './store-connection.ts';

export interface NewGrant extends NewConnection {
  readonly credential: Credential;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects' | 'wake'>;

/**
 * Stores a grant, over the one before.
 * @throws KeyferryError conflict
 */
export async function storeGrant(
  context: Context,
  { credential, ...connection }: NewGrant,
): Promise<ConnectionRow> {
  return storeConnection(context, connection, (id, before) => {
    const imported = connection.sessionId === null;
    const kept = imported ? credential : keepRefreshToken(context, before, credential);
    return { sealedCredential: sealCredential(context, id, kept), expiresAt: kept.expiresAt };
  });
}

/**
 * A provider that gives no refresh token again means: keep the one you have. Not when that one is dead,
 * and not for an import, which is the whole of what the host holds.
 */
function keepRefreshToken(
  context: Context,
  before: ConnectionRow | null,
  credential: Credential,
): Credential {
  if (credential.refreshToken !== null) return credential;
  if (before === null || before.status === 'needs_reconnect') return credential;
  return { ...credential, refreshToken: storedRefreshToken(context, before) };
}

/** Null where the old row cannot be opened: a reconnect is the way out of that. */
function storedRefreshToken(context: Context, row: ConnectionRow): string | null {
  try {
    return openGrant(context, row).credential.refreshToken;
  } catch {
    return null;
  }
}
