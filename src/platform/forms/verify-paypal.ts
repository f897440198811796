import type { FormApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { Entry } from '../vault/index.ts';
import { basic, placeOf, textOf, type VerifyContext } from './place.ts';
import { troubled, unanswered } from './verification-fault.ts';

/**
 * Asks for a token with the user's own client (RFC 6749 section 4.4); the token is thrown away.
 * @throws KeyferryError credential_refused, provider_...
 */
export async function verifyPaypal(context: VerifyContext, app: FormApp, entry: Entry): Promise<void> {
  const { url: base, outbound } = placeOf(context, app, undefined);
  const url = new URL('/v1/oauth2/token', base).href;
  const answer = await outbound(url, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      authorization: basic(textOf(entry.client_id), textOf(entry.secret_key)),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  }).catch(error => {
    throw unanswered(url, error);
  });
  const trouble = troubled(url, answer.status);
  if (trouble !== null) throw trouble;
  if (answer.status >= 400) {
    throw new KeyferryError('credential_refused', `${app.name} does not accept this client id and secret.`, {
      remedy: 'Copy both from one live app of your account, not of its sandbox.',
    });
  }
  if (answer.status !== 200 || !/"access_token"\s*:\s*"[^"]/.test(answer.body)) {
    throw new KeyferryError('provider_malformed', `${new URL(url).host} gave no token.`);
  }
}
