import * as oauth from 'oauth4webapi';
import type { AppDefinition, OAuthApp } from '../../apps/index.ts';
import { hashToken } from '../../lib/sign-in/index.ts';
import { type Credential, isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import {
  callbackMembers,
  exchangeCode,
  lookUp,
  type OAuthClient,
  oauthClient,
  redirectUri,
  type TokenOutcome,
} from '../oauth/index.ts';
import { providerError } from '../refresh/index.ts';
import { type Attempt, consumeAttempt, findSession, type SessionRow } from '../store/index.ts';
import { findOAuthApp, readAppKeys, storeGrant } from '../vault/index.ts';
import { openVerifier } from './begin-attempt.ts';
import { sessionInvalid } from './open-session.ts';

type Context = Pick<PlatformContext, 'config' | 'database' | 'catalogue' | 'effects' | 'outbound' | 'wake'>;

/** How a walk to a provider ended. */
export interface Finished {
  readonly session: SessionRow;
  readonly appSlug: string;
  /** Null: connected. */
  readonly failure: KeyferryError | null;
}

/**
 * Takes a browser back from a provider: state and cookie, the exchange, the look-up, the vault. Each state counts once.
 * @param back.parameters the query of the callback
 * @param back.cookie the browser's own secret, or null
 * @throws KeyferryError session_invalid when nothing is known of this walk in this browser
 */
export async function finishAttempt(
  context: Context,
  { parameters, cookie }: { parameters: URLSearchParams; cookie: string | null },
): Promise<Finished> {
  const { config, database } = context;
  const states = parameters.getAll('state');
  const [state = ''] = states;
  if (states.length !== 1 || cookie === null) throw sessionInvalid();
  const [stateHash, browserHash] = [hashToken(config.keyring, state), hashToken(config.keyring, cookie)];
  const attempt = await consumeAttempt(database.db, { stateHash, browserHash });
  if (attempt === null) throw sessionInvalid();
  // Whoever set out in time may come back after the link has ended.
  const session = await findSession(database.db, { id: attempt.sessionId, browserHash }, 0);
  if (session === null) throw sessionInvalid();
  const { appSlug } = attempt;
  try {
    await connect(context, { session, attempt, state, stateHash, parameters });
    return { session, appSlug, failure: null };
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    return { session, appSlug, failure: error };
  }
}

interface Walk {
  readonly session: SessionRow;
  readonly attempt: Attempt;
  readonly state: string;
  readonly stateHash: string;
  readonly parameters: URLSearchParams;
}

async function connect(context: Context, walk: Walk): Promise<void> {
  const { session, attempt, state, stateHash } = walk;
  const { effects, outbound } = context;
  if (attempt.expiresAt <= effects.now()) throw sessionInvalid();
  const app = findOAuthApp(context, attempt.appSlug);
  const client = oauthClient(app, await readAppKeys(context, app));
  const parameters = validated(client, walk.parameters, state);
  const outcome = await exchangeCode(outbound, client, {
    parameters,
    members: callbackMembers(parameters, app.credential.oauth),
    redirectUri: redirectUri(context),
    verifier: app.credential.oauth.pkce
      ? openVerifier(context, { stateHash, sealedVerifier: attempt.sealedVerifier })
      : null,
    now: effects.now,
  });
  if (outcome.kind !== 'tokens') throw exchangeError(app, outcome);
  const { targetId, externalUserId, calcomUserId, id: sessionId } = session;
  assertWhole(app, outcome.credential);
  const found = await lookUp(outbound, client, outcome.credential, effects.now);
  if (found.kind !== 'found') throw providerError(app.slug, found);
  const wire = { ...outcome.credential.wire, ...found.members };
  const credential = { ...outcome.credential, wire };
  const user = { targetId, externalUserId, calcomUserId };
  await storeGrant(context, { ...user, appSlug: app.slug, account: '', credential, sessionId });
}

/** What no instance could use is no connection. @throws KeyferryError provider_malformed */
function assertWhole(app: OAuthApp, { wire }: Credential): void {
  const parsed = app.credential.schema.safeParse(wire);
  if (parsed.success) return;
  const names = parsed.error.issues.map(({ path }) => path.join('.'));
  const message = `The provider of ${app.slug} sent no usable ${names.join(', ')}.`;
  throw new KeyferryError('provider_malformed', message, { remedy: 'Look at the app at the provider.' });
}

/** Judges the provider's redirect (RFC 6749 section 4.1.2). @throws KeyferryError */
function validated({ app, client }: OAuthClient, query: URLSearchParams, state: string): URLSearchParams {
  const parameters = new URLSearchParams(query);
  // RFC 9207 tells providers apart by issuer; here the state does, and records have no issuer to compare.
  parameters.delete('iss');
  const server = { issuer: 'https://issuer.invalid' };
  try {
    const valid = oauth.validateAuthResponse(server, client, parameters, state);
    if (valid.has('code')) return valid;
  } catch (error) {
    if (error instanceof oauth.AuthorizationResponseError) throw refusal(app, error.error);
    const unusable = [oauth.OperationProcessingError, oauth.UnsupportedOperationError];
    if (!unusable.some(kind => error instanceof kind)) throw error;
  }
  throw new KeyferryError('provider_malformed', `The provider of ${app.slug} sent no usable code.`, {
    remedy: 'Try again.',
  });
}

const BROKEN = ['server_error', 'temporarily_unavailable'];

function refusal({ name, slug }: AppDefinition, error: string): KeyferryError {
  if (error === 'access_denied') {
    return new KeyferryError('consent_denied', `${name} was not connected: the access was not granted.`, {
      remedy: 'Try again and allow the access.',
    });
  }
  const shown = /^[A-Za-z_]{1,40}$/.test(error) ? error : 'an error';
  const code = BROKEN.includes(error) ? 'provider_failed' : 'provider_refused';
  return new KeyferryError(code, `The provider of ${slug} answered ${shown}.`, {
    remedy: 'Try again; if it stays so, look at the app at the provider.',
  });
}

function exchangeError(
  { slug }: AppDefinition,
  outcome: Exclude<TokenOutcome, { kind: 'tokens' }>,
): KeyferryError {
  const { kind } = outcome;
  // Of a code invalid_grant says only that this code is spent or too old.
  return providerError(slug, { ...outcome, kind: kind === 'grant' ? 'request' : kind });
}
