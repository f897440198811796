import { open, seal } from '../../lib/sealed-box.ts';
import {
  type Credential,
  credentialText,
  KeyferryError,
  storedCredential,
  writeCredential,
} from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { IssuedAt } from '../oauth/issued-at.ts';
import { type ConnectionRow, findConnection } from '../store/index.ts';

/** A connection of an app with tokens, its credential open. */
export interface Grant {
  readonly row: ConnectionRow;
  readonly credential: Credential;
  /** The origins that its tokens may go to. */
  readonly issuedAt: IssuedAt;
}

type Context = Pick<PlatformContext, 'config' | 'effects'>;

/** Beside the members of the credential, under its seal: who writes the database cannot change it. No provider's name. */
const ISSUED_AT = 'keyferry:issued_at';

/** The sealed form of a credential: with its refresh token, its expiry as an absolute time, and where it may go. */
export function sealCredential(
  { config, effects }: Context,
  id: string,
  { credential, issuedAt }: Pick<Grant, 'credential' | 'issuedAt'>,
): string {
  const { [ISSUED_AT]: _, ...wire } = writeCredential(credential, effects.now(), { withRefreshToken: true });
  const bound = issuedAt === null ? wire : { ...wire, [ISSUED_AT]: issuedAt };
  return seal(config.keyring, credentialText(bound), connectionIdentity(id));
}

/**
 * Opens a row.
 * @throws KeyferryError sealed_unreadable
 */
export function openGrant({ config }: Context, row: ConnectionRow): Grant {
  const { [ISSUED_AT]: issuedAt = null, ...wire } = JSON.parse(
    open(config.keyring, row.sealedCredential, connectionIdentity(row.id)),
  );
  // The column is the expiry: what is in the wire object may be relative to when it was stored.
  return { row, credential: storedCredential(wire, row.expiresAt), issuedAt };
}

/**
 * Reads a connection.
 * @throws KeyferryError connection_not_found, sealed_unreadable
 */
export async function loadGrant(
  context: Context & Pick<PlatformContext, 'database'>,
  id: string,
): Promise<Grant> {
  const row = await findConnection(context.database.db, id);
  if (row === null) throw connectionNotFound();
  return openGrant(context, row);
}

export function connectionNotFound(): KeyferryError {
  return new KeyferryError('connection_not_found', 'There is no connection of this id.', {
    remedy: 'List them with GET /api/keyferry/v1/connections.',
  });
}

/** What seals a connection's credential: in another row it does not open. */
export function connectionIdentity(id: string): string {
  return `connection:${id}`;
}

/** The name of the lease under which a connection is refreshed. */
export function leaseName(id: string): string {
  return `platform:connection:${id}`;
}

/** The name of the lease under which one grant of an app tries a client that its provider refuses. */
export function appLeaseName(slug: string): string {
  return `platform:app:${slug}`;
}
