import type * as oauth from 'oauth4webapi';
import type { OAuthApp } from '../../apps/index.ts';
import type { AppKeys } from '../vault/app-keys.ts';
import { appKeysMissing } from '../vault/app-keys.ts';

/** Our client at an app's provider. */
export interface OAuthClient {
  readonly app: OAuthApp;
  readonly client: oauth.Client;
  readonly secret: string;
  /** What the operator entered, the client's id and secret among it. */
  readonly keys: AppKeys;
}

/**
 * The OAuth client of an app, by the names that its record gives the keys.
 * @throws KeyferryError app_keys_missing
 */
export function oauthClient(app: OAuthApp, keys: AppKeys): OAuthClient {
  const { clientId, clientSecret } = app.credential.oauth;
  const [id, secret] = [keys[clientId], keys[clientSecret]];
  if (typeof id !== 'string' || typeof secret !== 'string') throw appKeysMissing(app.slug);
  return { app, client: { client_id: id }, secret, keys };
}

/** Records have no issuer: which provider a callback is from is known by its state. */
export function serverAt(
  endpoint: URL,
  name: 'token_endpoint' | 'revocation_endpoint',
): oauth.AuthorizationServer {
  return { issuer: endpoint.origin, [name]: endpoint.href };
}
