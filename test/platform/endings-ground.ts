import { engines } from '../engines.ts';
import { type PlatformOptions, startPlatform } from './platform.ts';
import { scriptedServer } from './server.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** PGlite is slow to start, and the store is tested on it. */
export const ENGINES = engines.filter(({ name }) => name !== 'pglite');

/** A platform whose host and provider the test scripts, with what it tells of the ends to come. */
export async function endingsGround(options: PlatformOptions = {}) {
  const provider = await scriptedServer(() => ({ body: { access_token: 'access-1', expires_in: 3600 } }));
  const host = await scriptedServer();
  const endpoint = { tokenEndpoint: provider.url };
  const made = await startPlatform({
    providers: { zoom: endpoint, 'google-calendar': endpoint },
    hostWebhook: { url: host.url, secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] },
    ...options,
  });
  const token = (more: object = {}) => ({
    access_token: 'access-0',
    refresh_token: 'refresh-0',
    expiry_date: made.clock.now() + HOUR,
    ...more,
  });
  async function endings(query = '') {
    const answer = await made.api('GET', `/api/keyferry/v1/endings${query}`);
    return (await answer.json()) as { endings: Record<string, unknown>[]; next: string | null };
  }
  const told = async () =>
    (
      await made.platform.database.db
        .selectFrom('platform_event')
        .select(['kind', 'detail', 'at', 'connectionId', 'appSlug'])
        .where('kind', 'in', ['connection.ending', 'app.secret_ending'])
        .orderBy('id')
        .execute()
    ).map(({ at, ...event }) => ({ ...event, at: at - start }));
  const start = made.clock.now();
  return { ...made, provider, host, token, endings, told, start };
}
