import { type Credential, writeCredential } from '../../protocol/index.ts';
import type { CalcomReader } from '../definition.ts';
import { standIns, UNTOLD_SECONDS } from './stand-in.ts';

/** Whether the refresh token is to travel. */
export interface ShapeOptions {
  readonly withRefreshToken: boolean;
}

/**
 * What a push and a refresh answer have in common: what came with the grant, without nulls and without any
 * expiry, the tokens, the scope as the reader wants it, and stand-ins.
 * @param now epoch milliseconds
 */
export function tokenMembers(
  credential: Credential,
  reader: CalcomReader,
  now: number,
  options: ShapeOptions,
): Record<string, unknown> {
  const { expiry_date, expires_in, ...wire } = writeCredential(credential, now, options);
  const known = Object.entries(wire).filter(([, member]) => member !== null);
  const scope = reader.scope ?? credential.scope;
  const needed = standIns(reader, now);
  if ('refresh_token' in wire) delete needed.refresh_token;
  return {
    ...Object.fromEntries(known),
    ...needed,
    // Providers write "bearer" as well; a reader may insist on the capital.
    token_type: /^bearer$/i.test(credential.tokenType) ? 'Bearer' : credential.tokenType,
    ...(scope === null ? {} : { scope }),
  };
}

/**
 * When a credential ends for its reader, in epoch milliseconds; null: not told. Webex's, Lark's and Feishu's
 * readers cannot do without an end, so they are told what the others assume.
 */
export function endOf(credential: Credential, reader: CalcomReader, now: number): number | null {
  const insists = reader.refreshReply === 'full' || reader.refreshReply === 'envelope';
  return credential.expiresAt ?? (insists ? now + UNTOLD_SECONDS * 1000 : null);
}
