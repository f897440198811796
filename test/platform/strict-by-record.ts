import { createHash } from 'node:crypto';
import type { OAuthApp, OAuthDefinition, ProviderOverride, ProviderOverrides } from '../../src/apps/index.ts';
import { filled, outsideValue, overridesAt, pathAt, sampleKeys } from './by-record.ts';
import { LOOKUP_ANSWERS } from './lookup-answers.ts';
import {
  clientFault,
  type Format,
  type Parameters,
  readAuthorization,
  readRequest,
} from './read-strictly.ts';
import { type Received, type Scripted, scriptedServer } from './server.ts';

type Step = 'exchange' | 'refresh';

export interface StrictByRecord {
  readonly url: string;
  readonly overrides: ProviderOverride;
  readonly providers: ProviderOverrides;
  /** What the operator enters: our client there. */
  readonly keys: Record<string, unknown>;
  /** The requests to the token endpoints that were answered with tokens. */
  readonly granted: Step[];
  /** Why requests were refused. */
  readonly refused: string[];
  /** Refresh tokens that came, in order. */
  readonly refreshTokens: string[];
  /** Tokens that were revoked, with their hint before them. */
  readonly revoked: string[];
  /** How many look-ups were answered. */
  lookedUp: number;
  /** Answers the look-up in the place of the provider's own answer. */
  insteadOfLookup: (() => Scripted | Promise<Scripted>) | null;
  /** Answers the token endpoints in the place of the provider's own answer. */
  instead: (() => Scripted | Promise<Scripted>) | null;
  /** What tokens are answered without. */
  readonly withhold: { refreshToken: boolean; expiry: boolean; travels: boolean };
  /** Takes the authorization request at `address` as a consenting user. @returns the callback */
  consent(address: string): string;
}

/** How long the fake's access tokens live, in seconds. */
export const LIFETIME_S = 7_200;

/**
 * A provider that is as strict as an app's record says: its client authentication and no other, its
 * format, its parameters and no others, its paths, PKCE, the redirect address, codes that count once, and
 * refresh tokens that count once where the record says that they rotate. It refuses all else, and says why.
 */
export async function strictByRecord(app: OAuthApp, now: () => number): Promise<StrictByRecord> {
  const server = await scriptedServer();
  const { url } = server;
  const { oauth } = app.credential;
  const overrides = overridesAt(url, app);
  const keys = sampleKeys(url, app);
  const members = Object.fromEntries(
    [...oauth.callbackMembers, ...oauth.travels].map(name => [name, outsideValue(app, name)]),
  );
  const at = (template: string) => pathAt(url, template, { ...members, ...keys });
  const codes = new Map<string, { challenge: string | null; redirectUri: string }>();
  const live = new Set<string>();
  const accessTokens = new Set<string>();
  const appTokens = new Set<string>();
  let issued = 0;
  let redirectUri = '';
  const next = (kind: string): string => {
    issued += 1;
    return `${kind}-${issued}`;
  };

  const fake: StrictByRecord = {
    url,
    overrides,
    providers: { [app.slug]: overrides },
    keys,
    granted: [],
    refused: [],
    refreshTokens: [],
    revoked: [],
    lookedUp: 0,
    insteadOfLookup: null,
    instead: null,
    withhold: { refreshToken: false, expiry: false, travels: false },
    consent(address) {
      const given = readAuthorization(address, app, {
        keys,
        page: new URL(at(overrides.authorizationEndpoint ?? ''), url),
      });
      const code = next('code');
      redirectUri = given.redirectUri;
      codes.set(code, { challenge: given.challenge, redirectUri });
      const back = new URL(redirectUri);
      const outside = Object.fromEntries(oauth.callbackMembers.map(name => [name, members[name] ?? '']));
      for (const [name, value] of Object.entries({ code, state: given.state, ...outside })) {
        back.searchParams.set(name, value);
      }
      return back.href;
    },
  };

  function answer(request: Received): Scripted | Promise<Scripted> {
    const { pathname } = new URL(request.url, url);
    const pathOf = (template: string | undefined) =>
      template === undefined ? null : new URL(at(template), url).pathname;
    if (pathname === pathOf(overrides.revocationEndpoint ?? undefined)) return revoke(request);
    if (pathname === pathOf(overrides.lookupEndpoint)) return fake.insteadOfLookup?.() ?? lookUp(request);
    if (pathname === pathOf(overrides.appTokenEndpoint ?? oauth.appToken?.endpoint)) return appToken(request);
    const exchange = overrides.tokenEndpoint ?? oauth.tokenEndpoint;
    const refresh = overrides.refreshEndpoint ?? exchange;
    const steps = [pathOf(exchange) === pathname && 'exchange', pathOf(refresh) === pathname && 'refresh'];
    if (request.method !== 'POST' || !steps.some(Boolean)) {
      return refuse(404, `nothing at ${request.method} ${pathname}`, 'invalid_request');
    }
    const step = steps[0] && steps[1] ? stepOf(request) : steps[0] || 'refresh';
    return fake.instead?.() ?? grant(request, step as Step);
  }

  /** Which of the two is meant, where one address takes both. */
  function stepOf(request: Received): Step {
    return /refresh_token/.test(request.url + request.body) ? 'refresh' : 'exchange';
  }

  function appToken({ body, headers, method }: Received): Scripted {
    const { appToken: wanted } = oauth;
    if (wanted === undefined || method !== 'POST') return refuse(404, 'no app token here', 'invalid_request');
    if (headers['content-type'] !== 'application/json') return refuse(400, 'no JSON', 'invalid_request');
    const right = Object.fromEntries(Object.entries(wanted.body).map(([name, key]) => [name, keys[key]]));
    if (JSON.stringify(JSON.parse(body)) !== JSON.stringify(right)) {
      return refuse(400, 'wrong app secret', oauth.errors.clientWrong[0] ?? 'invalid_client');
    }
    const token = next('app-token');
    appTokens.add(token);
    return { body: { code: 0, msg: 'ok', expire: 7200, [wanted.member]: token } };
  }

  function lookUp(request: Received): Scripted {
    const { method, body, url: asked, headers } = request;
    const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
    const right =
      oauth.lookup?.authentication === 'token' ? accessTokens.has(token) : token === keys[oauth.clientSecret];
    if (scheme !== 'Bearer' || !right) return refuse(401, 'wrong bearer in the look-up', 'invalid_token');
    const plain = method === 'GET' && body === '' && new URL(asked, url).search === '';
    const fault = headerFault(request) ?? (plain ? null : 'a look-up with more than its address');
    if (fault !== null) return refuse(400, fault, 'invalid_request');
    fake.lookedUp += 1;
    return { body: LOOKUP_ANSWERS[app.slug]?.answer ?? {} };
  }

  function revoke(request: Received): Scripted {
    const parameters = readRequest(request, 'form');
    const client = clientFault(request, parameters, { app, keys, format: 'form', appTokens });
    if (client !== null) return refuse(401, client, 'invalid_client');
    fake.revoked.push(`${parameters.token_type_hint} ${parameters.token}`);
    return {};
  }

  function grant(request: Received, step: Step): Scripted {
    const format = step === 'refresh' ? (oauth.refreshFormat ?? oauth.requestFormat) : oauth.requestFormat;
    const parameters = readRequest(request, format);
    const client = clientFault(request, parameters, { app, keys, format, appTokens });
    if (client !== null) return refuse(401, client, oauth.errors.clientWrong[0] ?? 'invalid_client');
    const fault = headerFault(request) ?? parameterFault(parameters, step, format);
    if (fault !== null) return refuse(400, fault, 'invalid_request');
    const dead = step === 'exchange' ? codeFault(parameters) : refreshFault(parameters);
    if (dead !== null) return refuse(400, dead, oauth.errors.grantDead[0] ?? 'invalid_grant');
    fake.granted.push(step);
    return { body: wrapped(tokens(step)) };
  }

  function headerFault({ headers }: Received): string | null {
    const wanted = Object.entries(oauth.tokenHeaders ?? {});
    const wrong = wanted.filter(([name, value]) => headers[name] !== filled(value, keys));
    return wrong.length === 0 ? null : `wrong headers: ${wrong.map(([name]) => name)}`;
  }

  function parameterFault(parameters: Parameters, step: Step, format: Format): string | null {
    const more = oauth.tokenParameters?.[step] ?? {};
    const wanted: Record<string, string | null> = {
      ...(step === 'exchange' ? { code: null, redirect_uri: null } : { refresh_token: null }),
      ...(step === 'exchange' && oauth.pkce ? { code_verifier: null } : {}),
      ...(oauth.clientAuthentication === 'body' ||
      (oauth.clientAuthentication === 'query' && format === 'query')
        ? { client_id: null, client_secret: null }
        : {}),
      ...Object.fromEntries(
        Object.entries(more).map(([name, value]) => [
          name,
          filled(value, { ...keys, ...parameters, redirect_uri: redirectUri }),
        ]),
      ),
      ...(oauth.grantType === false
        ? {}
        : { grant_type: step === 'exchange' ? 'authorization_code' : 'refresh_token' }),
    };
    const missing = Object.keys(wanted).filter(name => !(name in parameters));
    const strange = Object.keys(parameters).filter(name => !(name in wanted));
    const wrong = Object.entries(wanted).filter(
      ([name, value]) => value !== null && parameters[name] !== value,
    );
    const faults = [
      ...missing.map(name => `${name} is missing`),
      ...strange.map(name => `${name} is not expected`),
      ...wrong.map(([name]) => `${name} is wrong`),
    ];
    return faults.length === 0 ? null : faults.join(', ');
  }

  function codeFault({ code = '', redirect_uri, code_verifier = '' }: Parameters): string | null {
    const known = codes.get(code);
    codes.delete(code);
    if (known === undefined) return 'the code is unknown or spent';
    if (redirect_uri !== known.redirectUri) return 'another redirect_uri';
    const challenge = createHash('sha256').update(code_verifier).digest('base64url');
    return known.challenge === null || known.challenge === challenge ? null : 'another code_verifier';
  }

  function refreshFault({ refresh_token = '' }: Parameters): string | null {
    fake.refreshTokens.push(refresh_token);
    if (!live.has(refresh_token)) return 'the refresh token is dead';
    if (oauth.rotation.rotates === true && !fake.withhold.refreshToken) live.delete(refresh_token);
    return null;
  }

  function tokens(step: Step): Record<string, unknown> {
    const { member, unit } = oauth.expiry;
    const seconds = Math.floor(now() / 1000) + LIFETIME_S;
    const absolute = { epoch_s: seconds, epoch_ms: seconds * 1000, none: null };
    const value = unit in absolute ? absolute[unit as keyof typeof absolute] : LIFETIME_S;
    const again = step === 'exchange' || oauth.rotation.rotates === true;
    const refreshToken = oauth.refreshable && again && !fake.withhold.refreshToken ? next('refresh') : null;
    if (refreshToken !== null) live.add(refreshToken);
    const travels = fake.withhold.travels
      ? []
      : oauth.travels.filter(name => !oauth.callbackMembers.includes(name));
    const accessToken = next('access');
    accessTokens.add(accessToken);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      ...Object.fromEntries(travels.map(name => [name, members[name]])),
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      ...(member === null || value === null || fake.withhold.expiry ? {} : { [member]: value }),
    };
  }

  function wrapped(body: Record<string, unknown>): Record<string, unknown> {
    return oauth.envelope === undefined ? body : { code: 0, msg: 'ok', [oauth.envelope]: body };
  }

  function refuse(status: number, why: string, error: string): Scripted {
    fake.refused.push(why);
    return { status, body: errorBody(oauth, error) };
  }

  server.answer = answer;
  return fake;
}

/** An error in the provider's form. */
export function errorBody({ envelope }: OAuthDefinition, error: string): Record<string, unknown> {
  const code = /^\d+$/.test(error) ? Number(error) : error;
  return envelope === undefined ? { error } : { code, msg: 'refused' };
}
