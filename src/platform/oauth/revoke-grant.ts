import { revocationRequest } from 'oauth4webapi';
import { type Outbound, OutboundError } from '../../lib/outbound.ts';
import type { Credential } from '../../protocol/index.ts';
import { AppTokenRefused } from './app-token.ts';
import { authenticate } from './authenticate.ts';
import { type OAuthClient, serverAt } from './client.ts';
import { fillEndpoint } from './fill-endpoint.ts';
import { assertIssuedAt, type IssuedAt } from './issued-at.ts';
import { through } from './way-out.ts';

/** How a revocation went; `reason` in a few words, without a secret. */
export type Revocation = { readonly revoked: true } | { readonly revoked: false; readonly reason: string };

/**
 * Ends a grant at its provider (RFC 7009), with the token that the app's record names.
 * @param grant.issuedAt the origins that it may go to
 * @param now the clock, in epoch milliseconds
 * @throws KeyferryError address_refused, app_keys_missing; needs_reconnect where it was issued elsewhere
 */
export async function revokeGrant(
  outbound: Outbound,
  by: OAuthClient,
  grant: Pick<Credential, 'accessToken' | 'refreshToken' | 'wire'> & { issuedAt: IssuedAt },
  now: () => number,
): Promise<Revocation> {
  const { revocationEndpoint, revoke, allowed } = by.app.credential.oauth;
  if (revocationEndpoint === null) return { revoked: false, reason: 'the provider has no revocation' };
  if (revocationEndpoint === 'unknown') {
    return { revoked: false, reason: 'how the provider revokes is not known' };
  }
  const { accessToken, refreshToken, wire } = grant;
  const endpoint = fillEndpoint(revocationEndpoint, { keys: by.keys, members: wire, allowed });
  assertIssuedAt(grant.issuedAt, by, endpoint);
  const wanted = revoke === 'refresh_token' ? refreshToken : null;
  const token = wanted ?? accessToken;
  const hint = wanted === null ? 'access_token' : 'refresh_token';
  try {
    const { status } = await revocationRequest(
      serverAt(endpoint, 'revocation_endpoint'),
      by.client,
      authenticate(outbound, by, now),
      token,
      {
        ...through(outbound, by, { endpoint, format: 'form' }),
        additionalParameters: { token_type_hint: hint },
      },
    );
    return status >= 200 && status < 300
      ? { revoked: true }
      : { revoked: false, reason: `answered ${status}` };
  } catch (error) {
    if (!(error instanceof OutboundError || error instanceof AppTokenRefused)) throw error;
    return { revoked: false, reason: error.message };
  }
}
