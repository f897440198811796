import { authorizationCodeGrantRequest, nopkce } from 'oauth4webapi';
import type { Outbound } from '../../lib/outbound.ts';
import { authenticate } from './authenticate.ts';
import { type OAuthClient, serverAt } from './client.ts';
import { fillEndpoint, fillParameters } from './fill-endpoint.ts';
import { judgeNoAnswer, judgeTokens, type TokenOutcome } from './judge-tokens.ts';
import { through } from './way-out.ts';

/**
 * Exchanges a code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
 * @param exchange.parameters what `validateAuthResponse` returned: it alone is taken
 * @param exchange.members what the callback brought beside the code, as `callbackMembers` gives it
 * @param exchange.verifier null where the app does without PKCE
 * @param exchange.now the clock, in epoch milliseconds
 * @throws KeyferryError address_refused, app_keys_missing
 */
export async function exchangeCode(
  outbound: Outbound,
  by: OAuthClient,
  exchange: {
    parameters: URLSearchParams;
    members: Readonly<Record<string, string>>;
    redirectUri: string;
    verifier: string | null;
    now: () => number;
  },
): Promise<TokenOutcome> {
  const { parameters, members, redirectUri, verifier, now } = exchange;
  const { oauth } = by.app.credential;
  const endpoint = fillEndpoint(oauth.tokenEndpoint, { keys: by.keys, members, allowed: oauth.allowed });
  const more = fillParameters(oauth.tokenParameters?.exchange ?? {}, {
    ...by.keys,
    redirect_uri: redirectUri,
  });
  try {
    const response = await authorizationCodeGrantRequest(
      serverAt(endpoint, 'token_endpoint'),
      by.client,
      authenticate(outbound, by, now),
      parameters,
      redirectUri,
      verifier ?? nopkce,
      { ...through(outbound, by, { endpoint, format: oauth.requestFormat }), additionalParameters: more },
    );
    const { status, headers } = response;
    const outcome = judgeTokens({ status, headers, body: await response.text() }, oauth, now());
    if (outcome.kind !== 'tokens') return outcome;
    const { credential } = outcome;
    return { kind: 'tokens', credential: { ...credential, wire: { ...members, ...credential.wire } } };
  } catch (error) {
    return judgeNoAnswer(error);
  }
}
