import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppDefinition } from '../../apps/index.ts';
import { answers } from '../../lib/http/index.ts';
import { connectLink } from '../apps/index.ts';
import type { InstanceContext } from '../context.ts';
import { type HeldCredential, listEnabledApps, listHeldCredentials } from '../store/index.ts';

const time = z.number().nullable().openapi({ description: 'Epoch milliseconds' });

const credentialSchema = z
  .object({
    id: z.int(),
    appSlug: z.string(),
    appName: z.string(),
    categories: z.array(z.string()),
    account: z.string(),
    status: z.enum(['working', 'failing', 'needs_reconnect']),
    statusReason: z.string().nullable().openapi({ description: 'An error code' }),
    appEnabled: z.boolean(),
    provenance: z.string().openapi({ description: 'Who brought it: platform' }),
    expiresAt: time,
    pushedAt: time,
    refreshedAt: time,
    syncedAt: time.openapi({ description: 'When it last came from the platform, pushed or asked for' }),
    failedAt: time,
    createdAt: z.number(),
    connectUrl: z.string().nullable().openapi({ description: 'Where to connect it again' }),
  })
  .openapi('OwnCredential');

export type OwnCredentialView = z.infer<typeof credentialSchema>;

const appSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    categories: z.array(z.string()),
    kind: z.string().openapi({ description: 'How a credential for it comes about' }),
    asks: z
      .array(z.string())
      .openapi({ description: 'What the user enters, or the scopes that are asked for' }),
    connectUrl: z.string().nullable().openapi({ description: 'Where to connect it' }),
    credential: credentialSchema.nullable().openapi({ description: 'What the user has of it' }),
  })
  .openapi('OwnApp');

export type OwnApp = z.infer<typeof appSchema>;

/** The host of the platform, for people: the pages name it where there is no link. */
const platform = z.string().nullable().openapi({ description: 'The host of the platform' });

const ownAppsSchema = z.object({ apps: z.array(appSchema), next: z.null(), platform });
const ownCredentialsSchema = z.object({ credentials: z.array(credentialSchema), next: z.null(), platform });

export type OwnApps = z.infer<typeof ownAppsSchema>;
export type OwnCredentials = z.infer<typeof ownCredentialsSchema>;

const security = [{ session: [] }];

const appsRoute = createRoute({
  method: 'get',
  path: '/api/me/apps',
  summary: 'The apps that are enabled, and what the signed-in user has of them',
  security,
  responses: answers(200, ownAppsSchema, 'The apps, by name'),
});

const credentialsRoute = createRoute({
  method: 'get',
  path: '/api/me/credentials',
  summary: 'What is connected for the signed-in user',
  security,
  responses: answers(200, ownCredentialsSchema, 'The credentials, by app'),
});

export function meRoutes(app: OpenAPIHono, { catalogue, config, database }: InstanceContext): void {
  const host = platformHost(config.connectUrl ?? config.sync.endpoint);

  const linkTo = (slug: string, userId: number) =>
    config.connectUrl ? connectLink(config.connectUrl, { app: slug, userId }) : null;

  function view(row: HeldCredential, userId: number): OwnCredentialView {
    const { appSlug, pushedAt, refreshedAt, appEnabled } = row;
    const known = catalogue.get(appSlug);
    const synced = Math.max(pushedAt ?? 0, refreshedAt ?? 0);
    return {
      ...row,
      appName: known?.name ?? appSlug,
      categories: [...(known?.categories ?? [])],
      appEnabled: Boolean(appEnabled),
      syncedAt: synced === 0 ? null : synced,
      connectUrl: linkTo(appSlug, userId),
    };
  }

  app.openapi(appsRoute, async c => {
    const { id } = c.get('session').person;
    const held = new Map((await listHeldCredentials(database, id)).map(row => [row.appSlug, row]));
    const apps = (await listEnabledApps(database)).flatMap(slug => {
      const known = catalogue.get(slug);
      if (!known) return [];
      const { name, description, categories, credential } = known;
      const row = held.get(slug);
      return [
        {
          slug,
          name,
          description,
          categories: [...categories],
          kind: credential.kind,
          asks: asksOf(credential),
          connectUrl: linkTo(slug, id),
          credential: row ? view(row, id) : null,
        },
      ];
    });
    apps.sort((one, other) => one.name.localeCompare(other.name, 'en'));
    return c.json({ apps, next: null, platform: host }, 200);
  });
  app.openapi(credentialsRoute, async c => {
    const { id } = c.get('session').person;
    const rows = await listHeldCredentials(database, id);
    return c.json({ credentials: rows.map(row => view(row, id)), next: null, platform: host }, 200);
  });
}

function platformHost(address: string | null): string | null {
  return address === null ? null : new URL(connectLink(address, { app: 'app', userId: 1 })).host;
}

/** What an app takes: the scopes that are asked for, or what the user enters. */
function asksOf(credential: AppDefinition['credential']): string[] {
  if (credential.kind === 'oauth2') return [...credential.oauth.scopes];
  return 'fields' in credential ? credential.fields.map(({ label }) => label) : [];
}
