import type { Credential } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { planTokens } from '../lifetime/index.ts';
import type { IssuedAt } from '../oauth/index.ts';
import type { ConnectionRow } from '../store/index.ts';
import { findOAuthApp } from './find-app.ts';
import { openGrant, sealCredential } from './grant.ts';
import { issuedNow } from './issued-now.ts';
import { type NewConnection, storeConnection } from './store-connection.ts';

export interface NewGrant extends NewConnection {
  readonly credential: Credential;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'catalogue' | 'effects' | 'wake'>;

/**
 * Stores a grant, over the one before.
 * @throws KeyferryError conflict
 */
export async function storeGrant(
  context: Context,
  { credential, ...connection }: NewGrant,
): Promise<ConnectionRow> {
  const app = findOAuthApp(context, connection.appSlug);
  const issuedAt = await issuedNow(context, app, credential.wire);
  return storeConnection(context, connection, (id, before, at) => {
    const stored = before === null ? null : storedRefreshToken(context, before, issuedAt);
    const imported = connection.sessionId === null;
    const kept = imported ? credential : keepRefreshToken(before, stored, credential);
    const sealedCredential = sealCredential(context, id, { credential: kept, issuedAt });
    const sameGrant = stored !== null && kept.refreshToken === stored;
    const tokens = { id, credential: kept, answer: credential, before: sameGrant ? before : null };
    return { sealedCredential, expiresAt: kept.expiresAt, sameGrant, plan: planTokens(app, tokens, at) };
  });
}

/**
 * A provider that gives no refresh token again means: keep the one you have. Not when that one is dead,
 * and not for an import, which is the whole of what the host holds.
 */
function keepRefreshToken(
  before: ConnectionRow | null,
  stored: string | null,
  credential: Credential,
): Credential {
  if (credential.refreshToken !== null || before?.status === 'needs_reconnect') return credential;
  return { ...credential, refreshToken: stored };
}

/**
 * Null where the old row cannot be opened: a reconnect is the way out of that. And where another provider gave it: it
 * must not go to the one of now.
 */
function storedRefreshToken(context: Context, row: ConnectionRow, now: IssuedAt): string | null {
  try {
    const { credential, issuedAt } = openGrant(context, row);
    const same = issuedAt === null || JSON.stringify(issuedAt) === JSON.stringify(now);
    return same ? credential.refreshToken : null;
  } catch {
    return null;
  }
}
