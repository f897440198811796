import { refreshTokenGrantRequest } from 'oauth4webapi';
import type { Outbound, OutboundAnswer } from '../../lib/outbound.ts';
import type { Credential } from '../../protocol/index.ts';
import { authenticate } from './authenticate.ts';
import { type OAuthClient, serverAt } from './client.ts';
import { fillEndpoint, fillParameters } from './fill-endpoint.ts';
import { assertIssuedAt, type IssuedAt } from './issued-at.ts';
import { judgeNoAnswer, judgeTokens, type TokenOutcome } from './judge-tokens.ts';
import { through } from './way-out.ts';

/** An answer of a token endpoint as it came, and when, in epoch milliseconds. */
export type TokenAnswer = OutboundAnswer & { readonly at: number };

/**
 * Asks a provider for new tokens (RFC 6749 section 6). Where it has nothing to ask with, the grant is over.
 * @param grant.wire what the grant holds: its members fill the endpoint
 * @param grant.issuedAt the origins that it may go to
 * @param grant.now the clock, in epoch milliseconds
 * @param grant.keep is given each answer that may hold tokens, before anything else is done with it
 * @throws KeyferryError address_refused, app_keys_missing; needs_reconnect where it was issued elsewhere
 */
export async function refreshTokens(
  outbound: Outbound,
  by: OAuthClient,
  grant: Pick<Credential, 'refreshToken' | 'wire'> & {
    issuedAt: IssuedAt;
    redirectUri: string;
    now: () => number;
    keep: (answer: TokenAnswer) => Promise<void>;
  },
): Promise<TokenOutcome> {
  const { refreshToken, wire, redirectUri, now, keep } = grant;
  const { oauth } = by.app.credential;
  if (!oauth.refreshable) return over('the provider refreshes nothing');
  if (refreshToken === null) return over('no refresh token');
  const template = oauth.refreshEndpoint ?? oauth.tokenEndpoint;
  const endpoint = fillEndpoint(template, { keys: by.keys, members: wire, allowed: oauth.allowed });
  assertIssuedAt(grant.issuedAt, by, endpoint);
  const more = fillParameters(oauth.tokenParameters?.refresh ?? {}, {
    ...by.keys,
    redirect_uri: redirectUri,
    refresh_token: refreshToken,
  });
  const format = oauth.refreshFormat ?? oauth.requestFormat;
  let answer: TokenAnswer;
  try {
    const response = await refreshTokenGrantRequest(
      serverAt(endpoint, 'token_endpoint'),
      by.client,
      authenticate(outbound, by, now),
      refreshToken,
      { ...through(outbound, by, { endpoint, format }), additionalParameters: more },
    );
    const { status, headers } = response;
    answer = { status, headers, body: await response.text(), at: now() };
  } catch (error) {
    return judgeNoAnswer(error);
  }
  if (answer.status >= 200 && answer.status < 300) await keep(answer);
  return judgeTokens(answer, oauth, answer.at);
}

function over(reason: string): TokenOutcome {
  return { kind: 'grant', reason, retryAfterMs: null };
}
