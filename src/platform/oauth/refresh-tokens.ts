import { refreshTokenGrantRequest } from 'oauth4webapi';
import type { Outbound } from '../../lib/outbound.ts';
import { type OAuthClient, through } from './client.ts';
import { judgeNoAnswer, judgeTokens, type TokenOutcome } from './judge-tokens.ts';

/**
 * Asks a provider for new tokens (RFC 6749 section 6).
 * @param now the clock, in epoch milliseconds
 */
export async function refreshTokens(
  outbound: Outbound,
  { app, server, client, authentication }: OAuthClient,
  { refreshToken, now }: { refreshToken: string; now: () => number },
): Promise<TokenOutcome> {
  try {
    const way = through(outbound, app.credential.oauth.tokenEndpoint);
    const response = await refreshTokenGrantRequest(server, client, authentication, refreshToken, way);
    const { status, headers } = response;
    return judgeTokens({ status, headers, body: await response.text() }, now());
  } catch (error) {
    return judgeNoAnswer(error);
  }
}
