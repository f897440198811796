import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import { type Credential, KeyferryError, readCredential } from '../../protocol/index.ts';
import { DEFAULT_TARGET, type PlatformContext } from '../context.ts';
import { findTarget } from '../targets.ts';
import { findApp, storeGrant } from '../vault/index.ts';
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
        credential: z
          .record(z.string(), z.unknown())
          .openapi({ description: "The provider's token object: access_token and what came beside it" }),
      }),
    ),
  },
  responses: answers(201, connectionSchema, 'The connection'),
});

export function importRoute(app: OpenAPIHono, context: PlatformContext): void {
  app.openapi(route, async c => {
    const { externalUserId, calcomUserId, appSlug, credential } = c.req.valid('json');
    const { slug } = findApp(context, appSlug);
    if ((await findTarget(context, DEFAULT_TARGET)) === null) {
      throw new KeyferryError('sharing_disabled', 'There is no instance to deliver to.', {
        remedy: 'Set CALCOM_WEBAPP_URL, the secret and the encryption key.',
      });
    }
    const row = await storeGrant(context, {
      targetId: DEFAULT_TARGET,
      externalUserId,
      calcomUserId,
      appSlug: slug,
      account: '',
      credential: parse(credential, context.effects.now()),
      sessionId: null,
    });
    return c.json(connectionView(row), 201);
  });
}

/** @throws KeyferryError body_invalid naming the members at fault, never their values */
function parse(value: unknown, now: number): Credential {
  try {
    return readCredential(value, now);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const faults = error.issues.map(
      ({ path, message }) => `${['credential', ...path].join('.')}: ${message}`,
    );
    throw new KeyferryError('body_invalid', faults.join('; '), { remedy: 'See /api/openapi.json.' });
  }
}
