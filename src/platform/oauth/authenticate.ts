import * as oauth from 'oauth4webapi';
import type { OAuthDefinition } from '../../apps/index.ts';
import type { Outbound } from '../../lib/outbound.ts';
import { appToken } from './app-token.ts';
import type { OAuthClient } from './client.ts';

type Kind = OAuthDefinition['clientAuthentication'];

/**
 * How our client shows who it is, as its record wants it: exactly one way.
 * @param now the clock, in epoch milliseconds
 */
export function authenticate(outbound: Outbound, by: OAuthClient, now: () => number): oauth.ClientAuth {
  return WAYS[by.app.credential.oauth.clientAuthentication](outbound, by, now);
}

const WAYS: Readonly<
  Record<Kind, (outbound: Outbound, by: OAuthClient, now: () => number) => oauth.ClientAuth>
> = {
  body: (_outbound, { secret }) => oauth.ClientSecretPost(secret),
  basic: (_outbound, { secret }) => basic(secret),
  // Into the address, which is written on the way out.
  query: () => () => undefined,
  secret_bearer: (_outbound, { secret }) => bearer(async () => secret),
  app_token: (outbound, by, now) => bearer(() => appToken(outbound, by, now)),
};

function bearer(token: () => Promise<string>): oauth.ClientAuth {
  return async (_server, _client, _body, headers) => headers.set('authorization', `Bearer ${await token()}`);
}

/**
 * RFC 6749 section 2.3.1. The library's own escapes `-` and `_` as well, which form encoding leaves alone and
 * which many providers do not undo.
 */
function basic(secret: string): oauth.ClientAuth {
  const encoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return (_server, { client_id: id }, _body, headers) => {
    const pair = `${encoded(id)}:${encoded(secret)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  };
}
