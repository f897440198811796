import { authorizationCodeGrantRequest, nopkce } from 'oauth4webapi';
import type { Outbound } from '../../lib/outbound.ts';
import { type OAuthClient, through } from './client.ts';
import { judgeNoAnswer, judgeTokens, type TokenOutcome } from './judge-tokens.ts';

/**
 * Exchanges a code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
 * @param exchange.parameters what `validateAuthResponse` returned: it alone is taken
 * @param exchange.verifier null where the app does without PKCE
 * @param exchange.now the clock, in epoch milliseconds
 */
export async function exchangeCode(
  outbound: Outbound,
  { app, server, client, authentication }: OAuthClient,
  exchange: {
    parameters: URLSearchParams;
    redirectUri: string;
    verifier: string | null;
    now: () => number;
  },
): Promise<TokenOutcome> {
  const { parameters, redirectUri, verifier, now } = exchange;
  try {
    const way = through(outbound, app.credential.oauth.tokenEndpoint);
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier ?? nopkce,
      way,
    );
    const { status, headers } = response;
    return judgeTokens({ status, headers, body: await response.text() }, now());
  } catch (error) {
    return judgeNoAnswer(error);
  }
}
