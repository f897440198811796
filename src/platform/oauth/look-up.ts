import { z } from 'zod';
import type { LookUp } from '../../apps/index.ts';
import { retryAfterMs } from '../../lib/backoff.ts';
import type { Outbound, OutboundAnswer } from '../../lib/outbound.ts';
import type { Credential } from '../../protocol/index.ts';
import type { OAuthClient } from './client.ts';
import { fillEndpoint, fillParameters } from './fill-endpoint.ts';
import { judgeNoAnswer } from './judge-tokens.ts';
import type { Fault } from './read-answer.ts';

/** What came of a look-up: never `grant`, for the token is new. */
export type LookUpOutcome =
  | { readonly kind: 'found'; readonly members: Readonly<Record<string, unknown>> }
  | (Fault & { readonly kind: Exclude<Fault['kind'], 'grant'> });

/**
 * Asks a provider for the facts about an account that its token answer leaves out, as the app's record
 * says; finds nothing where the record asks for nothing.
 * @param credential what the exchange gave: its members fill the path
 * @param now the clock, in epoch milliseconds
 * @throws KeyferryError address_refused, app_keys_missing
 */
export async function lookUp(
  outbound: Outbound,
  by: OAuthClient,
  { accessToken, wire }: Pick<Credential, 'accessToken' | 'wire'>,
  now: () => number,
): Promise<LookUpOutcome> {
  const { lookup, tokenHeaders = {} } = by.app.credential.oauth;
  if (lookup === undefined) return { kind: 'found', members: {} };
  const url = fillEndpoint(lookup.url, { keys: by.keys, inPath: wire });
  const bearer = lookup.authentication === 'token' ? accessToken : by.secret;
  const headers = {
    accept: 'application/json',
    ...fillParameters(tokenHeaders, by.keys),
    authorization: `Bearer ${bearer}`,
  };
  try {
    return judge(await outbound(url.href, { headers }), lookup, now());
  } catch (error) {
    const { kind, ...fault } = judgeNoAnswer(error);
    const told = { ...fault, reason: `the look-up of the account: ${fault.reason}` };
    return { ...told, kind: kind === 'grant' ? 'request' : kind };
  }
}

function judge(
  { status, headers, body }: OutboundAnswer,
  { authentication, members: wanted, read }: LookUp,
  now: number,
): LookUpOutcome {
  const later = retryAfterMs(headers.get('retry-after'), now);
  const said = `the look-up of the account answered ${status}`;
  if (status === 429 || status === 503) return { kind: 'busy', reason: said, retryAfterMs: later };
  if (status >= 500) return { kind: 'failed', reason: said, retryAfterMs: later };
  if (status === 401 && authentication === 'client_secret') {
    return { kind: 'client', reason: said, retryAfterMs: later };
  }
  if (status >= 400) return { kind: 'request', reason: said, retryAfterMs: later };
  const members = readMembers(body, read);
  if (members !== null) return { kind: 'found', members };
  return { kind: 'malformed', reason: `${said} without a usable ${wanted.join(', ')}`, retryAfterMs: null };
}

/** Null where the answer is none, or lacks a member. */
function readMembers(body: string, read: LookUp['read']): Readonly<Record<string, unknown>> | null {
  try {
    return read(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
