import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Instance } from '../../instance/index.ts';
import { migrate, openDatabase } from '../../lib/db/index.ts';
import { PLATFORM_MIGRATIONS, type Platform, type PlatformConfig } from '../../platform/index.ts';
import type { PlatformTables } from '../../platform/tables.ts';
import { allAppKeys } from '../../platform/vault/index.ts';
import { explainDatabase } from '../explain-database.ts';
import { Failure } from '../report-error.ts';

const SLUG = 'google-calendar';

/**
 * Whether somebody entered keys of a real Google client on the platform. The answer is needed before the
 * platform is opened, since it decides which addresses the platform gets.
 */
export async function hasKeysOfItsOwn(config: PlatformConfig, sandboxClientId: string): Promise<boolean> {
  if ('file' in config.database && !existsSync(config.database.file)) return false;
  const database = openDatabase<PlatformTables>(config.database);
  try {
    await migrate(database, PLATFORM_MIGRATIONS).catch(explainDatabase(config.database));
    const keys = (await allAppKeys({ config, database }, SLUG)).get(SLUG);
    return keys !== undefined && keys.client_id !== sandboxClientId;
  } finally {
    await database.close();
  }
}

export interface AppKeysRequest {
  readonly instance: Pick<Instance, 'fetch'>;
  readonly platform: Pick<Platform, 'fetch'>;
  readonly apiKey: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string };
  readonly redirectUri: string;
}

/** Enables Google Calendar on the instance and gives both roles the emulated client, where they lack it. */
export async function ensureAppKeys({ instance, platform, ...request }: AppKeysRequest): Promise<void> {
  const { apiKey, client, redirectUri } = request;
  const wanted = {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    redirect_uris: [redirectUri],
  };
  const shown = JSON.stringify([client.clientId, [redirectUri]]);
  const known = await readApp(instance, apiKey, instanceAppSchema);
  if (
    !known.enabled ||
    JSON.stringify([known.publicKeys.client_id, known.publicKeys.redirect_uris]) !== shown
  ) {
    await call(instance, apiKey, `${APPS}/${SLUG}`, { enabled: true, keys: wanted });
  }
  const { keys } = await readApp(platform, apiKey, platformAppSchema);
  if (JSON.stringify([keys.client_id?.value, keys.redirect_uris?.value]) !== shown) {
    await call(platform, apiKey, `${APPS}/${SLUG}`, { keys: wanted });
  }
}

const APPS = '/api/keyferry/v1/apps';

const instanceAppSchema = z.object({ enabled: z.boolean(), publicKeys: z.record(z.string(), z.unknown()) });
const platformAppSchema = z.object({
  keys: z.record(z.string(), z.object({ value: z.unknown().optional() })),
});

async function readApp<App>(
  role: Pick<Instance, 'fetch'>,
  apiKey: string,
  schema: z.ZodType<App>,
): Promise<App> {
  const { apps } = z
    .object({ apps: z.array(z.looseObject({ slug: z.string() })) })
    .parse(await call(role, apiKey, APPS));
  return schema.parse(apps.find(({ slug }) => slug === SLUG));
}

/** Asks a role of this process over its own HTTP surface; with a body it is a PUT. */
async function call(
  role: Pick<Instance, 'fetch'>,
  apiKey: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const init = body === undefined ? { headers } : { headers, method: 'PUT', body: JSON.stringify(body) };
  const answer = await role.fetch(new Request(`http://localhost${path}`, init));
  if (!answer.ok) {
    throw new Failure(
      `${path} answered ${answer.status}: ${await answer.text()}`,
      'Delete the data folder to begin anew.',
    );
  }
  return answer.json();
}
