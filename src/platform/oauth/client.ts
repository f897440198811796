import * as oauth from 'oauth4webapi';
import type { OAuthApp } from '../../apps/index.ts';
import type { Outbound } from '../../lib/outbound.ts';
import type { AppKeys } from '../vault/app-keys.ts';
import { appKeysMissing } from '../vault/app-keys.ts';

/** An app's provider and our client there, as oauth4webapi wants them. */
export interface OAuthClient {
  readonly app: OAuthApp;
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
}

/**
 * The OAuth client of an app.
 * @throws KeyferryError app_keys_missing
 */
export function oauthClient(app: OAuthApp, keys: AppKeys): OAuthClient {
  const { client_id: id, client_secret: secret } = keys;
  if (typeof id !== 'string' || typeof secret !== 'string') throw appKeysMissing(app.slug);
  const { authorizationEndpoint, tokenEndpoint, revocationEndpoint, clientAuthentication } = app.credential.oauth;
  return {
    app,
    server: {
      // Records have no issuer. Which provider a callback is from is known by its state.
      issuer: new URL(tokenEndpoint).origin,
      authorization_endpoint: authorizationEndpoint,
      token_endpoint: tokenEndpoint,
      ...(revocationEndpoint === null ? {} : { revocation_endpoint: revocationEndpoint }),
    },
    client: { client_id: id },
    authentication:
      clientAuthentication === 'basic' ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret),
  };
}

const BODILESS = [204, 205, 304];

/** Makes oauth4webapi send through our one way out: its deadline, its size cap, no redirects. */
export function through(outbound: Outbound, endpoint: string) {
  return {
    async [oauth.customFetch](
      url: string,
      { headers, body }: oauth.CustomFetchOptions<'POST', URLSearchParams>,
    ): Promise<Response> {
      const answer = await outbound(url, { method: 'POST', headers, body: body.toString() });
      const { status } = answer;
      return new Response(BODILESS.includes(status) ? null : answer.body, {
        status,
        headers: answer.headers,
      });
    },
    // Plain http only where the operator put such an address in the place of the record's.
    [oauth.allowInsecureRequests]: new URL(endpoint).protocol === 'http:',
  };
}
