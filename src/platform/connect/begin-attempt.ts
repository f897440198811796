import * as oauth from 'oauth4webapi';
import type { OAuthApp } from '../../apps/index.ts';
import { open, seal } from '../../lib/sealed-box.ts';
import { hashToken, randomToken } from '../../lib/sign-in/index.ts';
import type { PlatformContext } from '../context.ts';
import { fillEndpoint, fillParameters, oauthClient, redirectUri } from '../oauth/index.ts';
import { insertAttempt } from '../store/index.ts';
import { type AppKeys, findOAuthApp, readAppKeys } from '../vault/index.ts';
import { type OpenSession, sessionInvalid } from './open-session.ts';

type Context = Pick<PlatformContext, 'config' | 'database' | 'catalogue' | 'effects'>;

/** How long a walk to a provider may take, in milliseconds. */
export const ATTEMPT_MS = 10 * 60_000;

/**
 * Notes that a browser goes to a provider.
 * @returns the address to send it to
 * @throws KeyferryError session_invalid when the session has nothing to do there, app_keys_missing
 */
export async function beginAttempt(context: Context, session: OpenSession, slug: string): Promise<URL> {
  const { config, database, effects } = context;
  if (!session.apps.includes(slug) || session.done.includes(slug)) throw sessionInvalid();
  const app = findOAuthApp(context, slug);
  const { client, keys } = oauthClient(app, await readAppKeys(context, app));
  const state = randomToken();
  const stateHash = hashToken(config.keyring, state);
  const verifier = oauth.generateRandomCodeVerifier();
  const url = authorizationUrl(app.credential, {
    clientId: client.client_id,
    redirectUri: redirectUri(context),
    state,
    codeChallenge: app.credential.oauth.pkce ? await oauth.calculatePKCECodeChallenge(verifier) : null,
    keys: publicKeys(app, keys),
  });
  await insertAttempt(database.db, {
    stateHash,
    sessionId: session.id,
    appSlug: slug,
    sealedVerifier: seal(config.keyring, verifier, identity(stateHash)),
    expiresAt: effects.now() + ATTEMPT_MS,
  });
  return url;
}

/** What a browser may see of the keys. */
function publicKeys({ publicKeys: names }: OAuthApp, keys: AppKeys): AppKeys {
  return Object.fromEntries(Object.entries(keys).filter(([name]) => names.includes(name)));
}

/**
 * The address of a provider's consent page (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
 * @param request.keys the app keys that a browser may see
 * @throws KeyferryError app_keys_missing, address_refused
 */
export function authorizationUrl(
  {
    oauth: { authorizationEndpoint, allowed, authorizeParameters, scopes, scopeSeparator },
  }: OAuthApp['credential'],
  request: {
    clientId: string;
    redirectUri: string;
    state: string;
    codeChallenge: string | null;
    keys?: AppKeys;
  },
): URL {
  const { keys = {} } = request;
  const url = fillEndpoint(authorizationEndpoint, { keys, allowed });
  const parameters: Record<string, string> = {
    ...fillParameters(authorizeParameters, keys),
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    state: request.state,
  };
  if (scopes.length > 0) parameters.scope = scopes.join(scopeSeparator);
  if (request.codeChallenge !== null) {
    parameters.code_challenge = request.codeChallenge;
    parameters.code_challenge_method = 'S256';
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** The verifier of an attempt. @throws KeyferryError sealed_unreadable */
export function openVerifier(
  { config }: Pick<PlatformContext, 'config'>,
  { stateHash, sealedVerifier }: { stateHash: string; sealedVerifier: string },
): string {
  return open(config.keyring, sealedVerifier, identity(stateHash));
}

function identity(stateHash: string): string {
  return `oauth_attempt:${stateHash}`;
}
