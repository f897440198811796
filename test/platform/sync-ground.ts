import { type ConnectionView, startPlatform } from './platform.ts';
import { scriptedServer } from './server.ts';

export const MINUTE = 60_000;

/** A platform with a Zoom connection whose tokens come from a provider that the test scripts. */
export async function syncGround(credential: object = {}) {
  let issued = 0;
  const provider = await scriptedServer(() => {
    issued += 1;
    const tokens = { access_token: `access-${issued}`, refresh_token: `refresh-${issued}` };
    return {
      body: { ...tokens, token_type: 'bearer', expires_in: 3600, scope: 'meeting', api_url: 'https://z' },
    };
  });
  const tokenEndpoint = `${provider.url}/token`;
  const all = await startPlatform({ providers: { zoom: { tokenEndpoint } } });
  const expiry_date = all.clock.now() + 60 * MINUTE;
  const id = await all.connect('zoom', {
    access_token: 'access-0',
    refresh_token: 'refresh-0',
    expiry_date,
    api_url: 'https://z',
    ...credential,
  });
  const state = async () =>
    (await (await all.api('GET', `/api/keyferry/v1/connections/${id}`)).json()) as ConnectionView;
  return { ...all, provider, id, state };
}

export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}
