import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readBody, tellable } from '../../lib/http/index.ts';
import {
  isKeyferryError,
  KeyferryError,
  MINIMUM_SECONDS_HEADER,
  parseSyncRequest,
  REJECTED_TOKEN_HEADER,
  SYNC_PATH,
  type SyncRequest,
} from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { MINIMUM_MS } from '../refresh/index.ts';
import { answerSync, bodyFault, findCaller, syncErrorAnswer } from '../sync/index.ts';
import { noteWrongSecret } from './auth.ts';

const BODY_BYTES = 16 * 1024;

const requestSchema = z.object({ calcomUserId: z.int(), appSlug: z.string() }).openapi('SyncRequest');
const answerSchema = z
  .looseObject({
    access_token: z.string(),
    token_type: z.string().optional(),
    scope: z.string().optional(),
    expiry_date: z.number().optional().openapi({ description: 'Epoch milliseconds' }),
    expires_in: z.number().optional().openapi({ description: 'Seconds' }),
  })
  .openapi('SyncAnswer');
const errorSchema = z
  .object({ message: z.string(), code: z.string(), remedy: z.string().optional() })
  .openapi('SyncError');

function errors(description: string) {
  return { description, content: { 'application/json': { schema: errorSchema } } };
}

/** The document of the route alone: its handler reads nothing before it knows the caller. */
const route = createRoute({
  method: 'post',
  path: SYNC_PATH,
  summary: "A working access token for an instance: CALCOM_CREDENTIAL_SYNC_ENDPOINT of Cal.com's wire",
  security: [{ syncSecret: [] }],
  request: {
    headers: z.object({
      [REJECTED_TOKEN_HEADER]: z.string().optional(),
      [MINIMUM_SECONDS_HEADER]: z.string().optional(),
    }),
    body: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': { schema: requestSchema },
        'application/json': { schema: requestSchema },
      },
    },
  },
  responses: {
    200: { description: 'The token', content: { 'application/json': { schema: answerSchema } } },
    400: errors('The body cannot be read'),
    403: errors('The secret is missing or wrong'),
    404: errors('No such user or app'),
    409: errors('The user must connect the app again'),
    413: errors('The body is too long'),
    503: errors('Not now: see Retry-After'),
  },
});

export function syncRoute(app: OpenAPIHono, context: PlatformContext): void {
  app.openAPIRegistry.registerPath(route);
  app.post(SYNC_PATH, async c => {
    try {
      const target = await findCaller(context, name => c.req.header(name));
      const request = await readRequest(c);
      const rejected = c.req.header(REJECTED_TOKEN_HEADER) ?? null;
      const minimumMs = readMinimum(c.req.header(MINIMUM_SECONDS_HEADER));
      c.header('cache-control', 'no-store');
      return c.json(await answerSync(context, target, { request, rejected, minimumMs }), 200);
    } catch (error) {
      if (isKeyferryError(error) && error.code === 'secret_invalid') await noteWrongSecret(context, c);
      return syncErrorAnswer(tellable(context.effects.log, error, SYNC_PATH));
    }
  });
}

/** Milliseconds: what the instance asks for, between our least and a day. */
function readMinimum(seconds: string | undefined): number {
  const asked = seconds !== undefined && /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1000 : 0;
  return Math.min(Math.max(asked, MINIMUM_MS), 86_400_000);
}

async function readRequest(c: Context): Promise<SyncRequest> {
  const body = await readBody(c.req.raw, BODY_BYTES);
  try {
    return parseSyncRequest(body, c.req.header('content-type') ?? '');
  } catch (error) {
    throw new KeyferryError('body_invalid', bodyFault(error), { remedy: 'Send calcomUserId and appSlug.' });
  }
}
