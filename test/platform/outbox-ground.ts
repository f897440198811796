import { type PlatformOptions, startPlatform, type TestPlatform } from './platform.ts';
import { scriptedServer } from './server.ts';

export const TOKEN = { access_token: 'access-0', refresh_token: 'refresh-0' };

/** A platform, and the target it delivers to. */
export async function setUp(options: PlatformOptions = {}) {
  const receiver = await scriptedServer(() => ({ body: { message: 'Credentials created for userId: 7' } }));
  const all = await startPlatform({ webappUrl: receiver.url, ...options });
  return { ...all, receiver, all };
}

/** What the API lists. */
export async function deliveries({ api }: TestPlatform, query = ''): Promise<Record<string, unknown>[]> {
  const response = await api('GET', `/api/keyferry/v1/deliveries${query}`);
  return ((await response.json()) as { deliveries: Record<string, unknown>[] }).deliveries;
}
