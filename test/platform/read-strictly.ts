import type { OAuthApp, OAuthDefinition } from '../../src/apps/index.ts';
import { filled } from './by-record.ts';
import type { Received } from './server.ts';

export type Format = OAuthDefinition['requestFormat'];
export type Parameters = Readonly<Record<string, string>>;

/** Parameters of a request that is written as its format says; none of one that is not. */
export function readRequest({ headers, body, url }: Received, format: Format): Parameters {
  const type = headers['content-type'];
  const query = Object.fromEntries(new URL(url, 'http://fake').searchParams);
  if (format === 'query') return body === '' && type === undefined ? query : {};
  if (format === 'json') return type === 'application/json' ? JSON.parse(body) : {};
  const form = type?.startsWith('application/x-www-form-urlencoded') === true;
  return form ? Object.fromEntries(new URLSearchParams(body)) : {};
}

/** What is wrong with how a client shows who it is, or null: it must be the record's way and no other. */
export function clientFault(
  { url, headers: { authorization = '' } }: Received,
  parameters: Parameters,
  of: { app: OAuthApp; keys: Record<string, unknown>; format: Format; appTokens: ReadonlySet<string> },
): string | null {
  const { clientId, clientSecret, clientAuthentication } = of.app.credential.oauth;
  const [id, secret] = [String(of.keys[clientId]), String(of.keys[clientSecret])];
  const query = Object.fromEntries(new URL(url, 'http://fake').searchParams);
  const inAddress = of.format === 'query' ? [] : Object.keys(query);
  const [scheme = '', token = ''] = authorization.split(' ');
  const shown = [...inAddress, 'client_secret' in parameters ? 'body' : '', scheme].filter(Boolean).join('+');
  const basic = Buffer.from(token, 'base64').toString() === `${id}:${secret}`;
  const posted = parameters.client_id === id && parameters.client_secret === secret;
  const addressed = query.client_id === id && query.client_secret === secret;
  const ways: Record<OAuthDefinition['clientAuthentication'], [string, boolean]> = {
    body: ['body', posted],
    basic: ['Basic', basic],
    query: [of.format === 'query' ? 'body' : 'client_id+client_secret', addressed],
    app_token: ['Bearer', of.appTokens.has(token)],
    secret_bearer: ['Bearer', token === secret],
  };
  const [way, right] = ways[clientAuthentication];
  if (shown !== way) return `authenticated by ${shown || 'nothing'}, not by ${way}`;
  return right ? null : 'wrong client secret';
}

/**
 * The parameters of an authorization request.
 * @param at.page the address of the consent page
 * @throws Error where it is not what the record wants, to the parameter
 */
export function readAuthorization(
  address: string,
  { credential: { oauth } }: OAuthApp,
  at: { page: URL; keys: Record<string, unknown> },
): { redirectUri: string; state: string; challenge: string | null } {
  const { origin, pathname, searchParams } = new URL(address);
  const given = Object.fromEntries(searchParams);
  const own = Object.entries(oauth.authorizeParameters).map(([name, value]) => [
    name,
    filled(value, at.keys),
  ]);
  const wanted: Parameters = {
    response_type: 'code',
    client_id: String(at.keys[oauth.clientId]),
    ...Object.fromEntries(at.page.searchParams),
    ...Object.fromEntries(own),
    ...(oauth.scopes.length > 0 ? { scope: oauth.scopes.join(oauth.scopeSeparator) } : {}),
    ...(oauth.pkce ? { code_challenge_method: 'S256' } : {}),
  };
  const free = ['redirect_uri', 'state', ...(oauth.pkce ? ['code_challenge'] : [])];
  const faults = [
    ...Object.keys(wanted).filter(name => given[name] !== wanted[name]),
    ...free.filter(name => !given[name]),
    ...Object.keys(given).filter(name => !(name in wanted) && !free.includes(name)),
  ];
  if (origin !== at.page.origin || pathname !== at.page.pathname) faults.push(`${origin}${pathname}`);
  if (address.includes(String(at.keys[oauth.clientSecret]))) faults.push('the client secret');
  if (faults.length > 0) throw new Error(`wrong in the authorization request: ${faults.join(', ')}`);
  const [redirectUri = '', state = '', challenge = null] = ['redirect_uri', 'state', 'code_challenge'].map(
    name => searchParams.get(name) ?? undefined,
  );
  return { redirectUri, state, challenge };
}
