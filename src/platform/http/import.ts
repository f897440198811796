import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { type FormApp, isFormApp, type OAuthApp } from '../../apps/index.ts';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { type Credential, KeyferryError } from '../../protocol/index.ts';
import { DEFAULT_TARGET, type PlatformContext } from '../context.ts';
import { readImported } from '../oauth/index.ts';
import { findTarget } from '../targets.ts';
import { type Entry, findConnectableApp, storeEntry, storeGrant } from '../vault/index.ts';
import { CALCOM_USER_ID, connectionSchema, EXTERNAL_USER_ID, SLUG } from './schemas.ts';
import { connectionView } from './views.ts';

const route = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/connections',
  summary: 'Take over a credential that the host already holds, and push it',
  request: {
    body: jsonBody(
      z.object({
        externalUserId: EXTERNAL_USER_ID,
        calcomUserId: CALCOM_USER_ID,
        appSlug: SLUG,
        credential: z.record(z.string(), z.unknown()).openapi({
          description: "The provider's token object; for an app without tokens what its form asks",
        }),
      }),
    ),
  },
  responses: answers(201, connectionSchema, 'The connection'),
});

export function importRoute(app: OpenAPIHono, context: PlatformContext): void {
  app.openapi(route, async c => {
    const { externalUserId, calcomUserId, appSlug, credential } = c.req.valid('json');
    const app = findConnectableApp(context, appSlug);
    if ((await findTarget(context, DEFAULT_TARGET)) === null) {
      throw new KeyferryError('sharing_disabled', 'There is no instance to deliver to.', {
        remedy: 'Set CALCOM_WEBAPP_URL, the secret and the encryption key.',
      });
    }
    const connection = {
      targetId: DEFAULT_TARGET,
      externalUserId,
      calcomUserId,
      appSlug: app.slug,
      account: '',
      sessionId: null,
    };
    const row = isFormApp(app)
      ? await storeEntry(context, { ...connection, entry: parseEntry(app, credential) })
      : await storeGrant(context, {
          ...connection,
          credential: parse(app, credential, context.effects.now()),
        });
    return c.json(connectionView(row), 201);
  });
}

/** @throws KeyferryError body_invalid naming the members at fault, never their values */
function parse(app: OAuthApp, value: Entry, now: number): Credential {
  try {
    return readImported(app, value, now);
  } catch (error) {
    throw error instanceof z.ZodError ? faulty(error) : error;
  }
}

/** What came, members that the schema does not know included. @throws KeyferryError as above */
function parseEntry({ credential: { schema } }: FormApp, value: Entry): Entry {
  const { data, error } = schema.safeParse(value);
  if (error !== undefined) throw faulty(error);
  return { ...value, ...data };
}

function faulty({ issues }: z.ZodError): KeyferryError {
  const faults = issues.map(({ path, message }) => `${['credential', ...path].join('.')}: ${message}`);
  return new KeyferryError('body_invalid', faults.join('; '), { remedy: 'See /api/openapi.json.' });
}
