import { revocationRequest } from 'oauth4webapi';
import { type Outbound, OutboundError } from '../../lib/outbound.ts';
import type { Credential } from '../../protocol/index.ts';
import { type OAuthClient, through } from './client.ts';

/** How a revocation went; `reason` in a few words, without a secret. */
export type Revocation = { readonly revoked: true } | { readonly revoked: false; readonly reason: string };

/** Ends a grant at its provider (RFC 7009), with the token that the app's record names. */
export async function revokeGrant(
  outbound: Outbound,
  { app, server, client, authentication }: OAuthClient,
  { accessToken, refreshToken }: Pick<Credential, 'accessToken' | 'refreshToken'>,
): Promise<Revocation> {
  const { revocationEndpoint, revoke } = app.credential.oauth;
  if (revocationEndpoint === null) return { revoked: false, reason: 'the provider has no revocation' };
  const wanted = revoke === 'refresh_token' ? refreshToken : null;
  const token = wanted ?? accessToken;
  const hint = wanted === null ? 'access_token' : 'refresh_token';
  try {
    const { status } = await revocationRequest(server, client, authentication, token, {
      ...through(outbound, revocationEndpoint),
      additionalParameters: { token_type_hint: hint },
    });
    return status >= 200 && status < 300
      ? { revoked: true }
      : { revoked: false, reason: `answered ${status}` };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { revoked: false, reason: error.message };
  }
}
