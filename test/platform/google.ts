import { createEmulator } from 'emulate';
import { onTestFinished } from 'vitest';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import { type Browser, location } from './browser.ts';
import { CLIENT, PLATFORM_URL } from './platform.ts';

export interface Google {
  readonly url: string;
  readonly providers: ProviderOverrides;
  /** Gives the consent that the page at `url` asks for. @returns where it sends the browser */
  consent(browser: Browser, url: string): Promise<string>;
}

const EMAIL = 'ada@example.com';

/** The emulated Google, with our client; closed when the test has finished. */
export async function startGoogle(redirectUri = `${PLATFORM_URL}/api/connect/callback`): Promise<Google> {
  const google = {
    users: [{ email: EMAIL, name: 'Ada' }],
    oauth_clients: [{ ...CLIENT, name: 'Keyferry', redirect_uris: [redirectUri] }],
  };
  const emulator = await createEmulator({ service: 'google', port: 0, seed: { google } });
  onTestFinished(() => emulator.close());
  const { url } = emulator;
  return {
    url,
    providers: {
      'google-calendar': {
        authorizationEndpoint: `${url}/o/oauth2/v2/auth`,
        tokenEndpoint: `${url}/oauth2/token`,
        revocationEndpoint: `${url}/oauth2/revoke`,
        apiBase: url,
      },
    },
    async consent(browser, page) {
      const response = await browser.get(page);
      if (response.status !== 200) throw new Error(`the consent page answered ${response.status}`);
      const asked = Object.fromEntries(new URL(page).searchParams);
      const fields = [
        'redirect_uri',
        'scope',
        'state',
        'client_id',
        'code_challenge',
        'code_challenge_method',
      ];
      const form = Object.fromEntries(fields.map(name => [name, asked[name] ?? '']));
      return location(await browser.post(`${url}/o/oauth2/v2/auth/callback`, { ...form, email: EMAIL }));
    },
  };
}
