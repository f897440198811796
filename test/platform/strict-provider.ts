import { createServer } from 'node:http';
import { type Configuration, Provider } from 'oidc-provider';
import { onTestFinished } from 'vitest';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import { type Browser, location } from './browser.ts';
import { CLIENT, PLATFORM_URL } from './platform.ts';
import { closed, listening } from './server.ts';
import { strictStorage } from './strict-storage.ts';

export interface StrictProvider {
  readonly url: string;
  readonly providers: ProviderOverrides;
  /** The token requests that came, by grant type. */
  readonly grants: string[];
  /** The grants that it has ended, because a refresh token of theirs came twice or was revoked. */
  readonly ended: string[];
  /** Signs in and gives the consent that the page at `url` asks for. @returns where it sends the browser */
  consent(browser: Browser, url: string): Promise<string>;
  /** Makes a grant without a walk. @returns its id, and the refresh token that would have been answered */
  issue(): Promise<{ readonly grantId: string; readonly refreshToken: string }>;
}

/**
 * oidc-provider in the place of Zoom: PKCE is demanded, each refresh ends the refresh token that was used,
 * and one that comes twice ends the whole grant. Closed when the test has finished.
 */
export async function startStrictProvider(platformUrl = PLATFORM_URL): Promise<StrictProvider> {
  const server = createServer();
  const url = await listening(server);
  onTestFinished(() => closed(server));
  const configuration: Configuration = {
    adapter: strictStorage(),
    clients: [
      {
        ...CLIENT,
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${platformUrl}/api/connect/callback`],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    features: { revocation: { enabled: true }, devInteractions: { enabled: true } },
    ttl: { AccessToken: 3_600, Grant: 86_400, Interaction: 600, RefreshToken: 86_400, Session: 600 },
    cookies: { keys: ['a key of the tests'] },
  };
  const provider = new Provider(url, configuration);
  const grants: string[] = [];
  provider.on('grant.success', ctx => grants.push(String(ctx.oidc.params?.grant_type)));
  provider.on('grant.error', (ctx, error) => grants.push(`${ctx.oidc.params?.grant_type}: ${error.message}`));
  const ended: string[] = [];
  provider.on('grant.revoked', (_ctx, grantId) => ended.push(grantId));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    // As at Zoom, the scopes are the app's: the request names none.
    if (request.url?.startsWith('/auth?')) request.url += '&scope=openid';
    void answer(request, response);
  });
  return {
    url,
    grants,
    ended,
    providers: {
      zoom: {
        authorizationEndpoint: `${url}/auth`,
        tokenEndpoint: `${url}/token`,
        revocationEndpoint: `${url}/token/revocation`,
      },
    },
    async consent(browser, page) {
      let next = page;
      for (let step = 0; step < 12; step += 1) {
        if (next.startsWith(`${platformUrl}/`)) return next;
        const response = await browser.get(next);
        if (response.status !== 200) {
          next = new URL(location(response), url).href;
          continue;
        }
        const form = (await response.text()).includes('name="login"')
          ? { prompt: 'login', login: 'ada', password: 'x' }
          : { prompt: 'consent' };
        next = new URL(location(await browser.post(next, form)), url).href;
      }
      throw new Error(`no end of redirects: ${new URL(next).pathname}`);
    },
    async issue() {
      const client = await provider.Client.find(CLIENT.client_id);
      if (client === undefined) throw new Error('the client is unknown');
      const [accountId, scope] = ['ada', 'offline_access'];
      const grant = new provider.Grant({ accountId, clientId: CLIENT.client_id });
      grant.addOIDCScope(scope);
      const grantId = await grant.save();
      const token = new provider.RefreshToken({
        ...{ client, accountId, grantId, scope },
        gty: 'authorization_code',
      });
      return { grantId, refreshToken: await token.save() };
    },
  };
}
