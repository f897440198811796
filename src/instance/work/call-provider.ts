import { type AppDefinition, isOAuthApp } from '../../apps/index.ts';
import { retryAfterMs } from '../../lib/backoff.ts';
import { type OutboundAnswer, OutboundError } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { clearRefused, markRefused } from '../store/index.ts';
import type { CallProvider, ProviderRequest } from './definition.ts';

type Context = Pick<InstanceContext, 'accessToken' | 'catalogue' | 'database' | 'effects' | 'outbound'>;

/**
 * Calls an app's API as one user. A 401 gets one fresh token and one repeat; any other answer leaves the
 * token alone: a 404 or a 500 says nothing about it. A fresh token that is refused too is noted on the credential, until
 * one is taken.
 */
export function callProvider(context: Context, user: User): CallProvider {
  return async function call(request) {
    const { accessToken } = await context.accessToken(user);
    let answer = await send(context, user.appSlug, request, accessToken);
    if (answer.status === 401) {
      const fresh = await context.accessToken({ ...user, rejectedToken: accessToken });
      answer = await send(context, user.appSlug, request, fresh.accessToken);
      if (answer.status === 401) await noteRefused(context, user);
    }
    if (answer.status >= 200 && answer.status < 300) await noteTaken(context, user);
    return judgeProvider(answer, context.effects.now());
  };
}

type User = { readonly userId: number; readonly appSlug: string };

/** Nothing that is only noted makes a call fail. */
async function noteRefused({ database, effects }: Context, { userId, appSlug }: User): Promise<void> {
  const refusal = { userId, appId: appSlug, account: '', at: effects.now() };
  try {
    const began = await markRefused(database, refusal);
    if (began) effects.log.warn({ userId, app: appSlug }, 'the provider refuses each fresh token');
  } catch (error) {
    effects.log.warn({ err: error, userId, app: appSlug }, 'refusal not noted');
  }
}

async function noteTaken({ database, effects }: Context, { userId, appSlug }: User): Promise<void> {
  const taken = { userId, appId: appSlug, account: '', at: effects.now() };
  await clearRefused(database, taken).catch(error =>
    effects.log.warn({ err: error, userId, app: appSlug }, 'end of a refusal not noted'),
  );
}

/** Calls an app's API with a token that is not stored yet. */
export function callWithToken(
  context: Pick<Context, 'catalogue' | 'effects' | 'outbound'>,
  { appSlug, accessToken }: { appSlug: string; accessToken: string },
): CallProvider {
  return async function call(request) {
    return judgeProvider(await send(context, appSlug, request, accessToken), context.effects.now());
  };
}

async function send(
  { catalogue, outbound }: Pick<Context, 'catalogue' | 'outbound'>,
  appSlug: string,
  { method, path, json }: ProviderRequest,
  token: string,
): Promise<OutboundAnswer> {
  const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  try {
    return await outbound(`${apiBase(catalogue.get(appSlug))}${path}`, {
      method,
      headers: { ...headers, ...type },
      ...body,
    });
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new KeyferryError('provider_unreachable', `The provider cannot be reached: ${error.message}.`, {
      cause: error,
    });
  }
}

function apiBase(app: AppDefinition | undefined): string {
  return (app && isOAuthApp(app) && app.credential.apiBase) || '';
}

/**
 * Judges an answer of a provider's API.
 * @param now epoch milliseconds
 * @throws KeyferryError
 */
export function judgeProvider({ status, headers, body }: OutboundAnswer, now: number): unknown {
  if (status >= 200 && status < 300) {
    if (body === '') return null;
    try {
      return JSON.parse(body);
    } catch {
      throw new KeyferryError('provider_malformed', 'The provider answered with something else than JSON.');
    }
  }
  if (status === 404 || status === 410)
    throw new KeyferryError('not_found', 'The provider has no such thing.');
  if (status === 401) {
    throw new KeyferryError('provider_refused', 'The provider refused a fresh token too.', {
      remedy: 'Connect the app again on the platform.',
    });
  }
  if (status === 429 || status === 503) {
    const later = retryAfterMs(headers.get('retry-after'), now);
    throw new KeyferryError('provider_busy', `The provider asks to come back later (${status}).`, {
      ...(later === null ? {} : { retryAfterMs: later }),
    });
  }
  throw new KeyferryError('provider_failed', `The provider answered ${status}.`);
}
