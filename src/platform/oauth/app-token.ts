import { type Outbound, OutboundError, type OutboundRequest } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { OAuthClient } from './client.ts';
import { fillEndpoint } from './fill-endpoint.ts';
import { type Fault, readAnswer } from './read-answer.ts';

/** The first step of two did not succeed; nothing was asked of the grant. */
export class AppTokenRefused extends Error {
  override readonly name = 'AppTokenRefused' as const;
  readonly fault: Fault;
  constructor({ maybeDone: _, ...fault }: Fault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/**
 * The token of the app itself, with which some providers authenticate a client (Lark's app_access_token).
 * It is asked for each time: a request for a user's token is rare, and a kept one can be ended.
 * @param now the clock, in epoch milliseconds
 * @throws AppTokenRefused, KeyferryError app_keys_missing
 */
export async function appToken(
  outbound: Outbound,
  { app, keys }: OAuthClient,
  now: () => number,
): Promise<string> {
  const { appToken: step, ...rules } = app.credential.oauth;
  if (step === undefined) throw new Error(`the record of ${app.slug} does not say how its app token is got`);
  const body = Object.entries(step.body).map(([member, key]) => {
    const value = keys[key];
    if (typeof value !== 'string') {
      throw new KeyferryError('app_keys_missing', `The app ${app.slug} has no key ${key} on this platform.`, {
        remedy: `Set it with PUT /api/keyferry/v1/apps/${app.slug}.`,
      });
    }
    return [member, value];
  });
  const request: OutboundRequest = {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(body)),
  };
  const answer = await outbound(fillEndpoint(step.endpoint, { keys }).href, request).catch(noAnswer);
  const read = readAnswer(answer, rules, { now: now(), wanted: step.member });
  // No grant takes part in this step.
  if ('fault' in read) {
    const { fault } = read;
    throw new AppTokenRefused(fault.kind === 'grant' ? { ...fault, kind: 'client' } : fault);
  }
  const token = read.members[step.member];
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  const reason = `answered ${answer.status} without a usable app token`;
  throw new AppTokenRefused({ kind: 'malformed', reason, retryAfterMs: null });
}

/** Whether or not it came through: the user's grant was not in it. */
function noAnswer(error: unknown): never {
  if (!(error instanceof OutboundError)) throw error;
  throw new AppTokenRefused({ kind: 'unreachable', reason: error.message, retryAfterMs: null });
}
