import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isFormApp } from '../../apps/index.ts';
import { answers, jsonBody, limitBody, problemOf } from '../../lib/http/index.ts';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import {
  beginAttempt,
  type OpenSession,
  openSession,
  returnAddress,
  sessionInvalid,
  viewOf,
  viewSession,
} from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { connectForm, type FormFault } from '../forms/index.ts';
import { giveSecret, refuseElsewhere, sentSecret } from './connect-cookie.ts';
import { SLUG, time } from './schemas.ts';

const BODY_BYTES = 64 * 1024;
/** Nobody signs in here: the cookie of the browser that opened the link is the session's. */
const OPEN = { security: [] };

const sessionSchema = z
  .object({
    id: z.string(),
    apps: z
      .array(
        z.object({
          slug: z.string(),
          name: z.string(),
          description: z.string(),
          kind: z.enum(['oauth', 'form']),
          fields: z
            .array(
              z.object({
                name: z.string(),
                label: z.string(),
                input: z.enum(['text', 'password', 'url', 'email', 'checkbox', 'select', 'lines']),
                options: z.record(z.string(), z.string()).optional(),
                required: z.boolean(),
                initial: z.string().optional(),
                hint: z.string().optional(),
              }),
            )
            .readonly(),
          done: z.boolean(),
        }),
      )
      .readonly(),
    open: z.boolean().openapi({ description: 'Something is left to connect, and time to do it' }),
    returnUrl: z.string().nullable(),
    expiresAt: time,
  })
  .openapi('ConnectSessionView');

const openRoute = createRoute({
  method: 'post',
  path: '/api/connect/sessions',
  summary: 'Open a link: the first browser that does is bound to it',
  ...OPEN,
  request: { body: jsonBody(z.object({ token: z.string().max(100) })) },
  responses: answers(200, sessionSchema, 'Opened; the cookie is set'),
});

const readRoute = createRoute({
  method: 'get',
  path: '/api/connect/sessions/{id}',
  summary: 'A session of this browser',
  ...OPEN,
  request: { params: z.object({ id: z.uuid() }) },
  responses: answers(200, sessionSchema, 'The session, also when it has ended'),
});

const walkParams = z.object({ id: z.uuid(), slug: SLUG });

const beginRoute = createRoute({
  method: 'post',
  path: '/api/connect/sessions/{id}/apps/{slug}/begin',
  summary: 'Set out to the provider',
  ...OPEN,
  request: { params: walkParams },
  responses: answers(200, z.object({ location: z.string() }), 'Where to send the browser'),
});

const formRoute = createRoute({
  method: 'post',
  path: '/api/connect/sessions/{id}/apps/{slug}',
  summary: 'Connect an app with what the user enters',
  ...OPEN,
  request: {
    params: walkParams,
    body: jsonBody(
      z.object({
        fields: z
          .record(z.string().max(200), z.union([z.string(), z.boolean()]))
          .openapi({ description: 'By name; a box is true where it is ticked' }),
      }),
    ),
  },
  responses: answers(
    200,
    z.object({ returnTo: z.string().nullable().openapi({ description: "The host's page; null: ours" }) }),
    'Connected. A problem of the code body_invalid has `faults`: field, reason and message of each',
  ),
});

declare module 'hono' {
  interface ContextVariableMap {
    /** Set where a browser asks for something in its connect session. */
    connectSession: OpenSession;
  }
}

/** What the connect pages ask: the link that they were opened with, and the two ways to connect an app. */
export function connectRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const { catalogue, effects } = context;

  app.use('/api/connect/sessions/*', async function ownPage(c, next) {
    c.header('cache-control', 'no-store');
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    refuseElsewhere(c, context);
    return next();
  });
  app.use('/api/connect/sessions/:id/apps/*', async function ownSession(c, next) {
    const cookie = sentSecret(c, context);
    if (cookie === null) throw sessionInvalid();
    c.set('connectSession', await openSession(context, { id: c.req.param('id') }, cookie));
    return next();
  });
  app.use('/api/connect/sessions/*', limitBody(BODY_BYTES));

  app.openapi(openRoute, async c => {
    const { row } = await openSession(context, c.req.valid('json'), giveSecret(c, context));
    return c.json(await viewOf(context, row), 200);
  });

  app.openapi(readRoute, async c => {
    const cookie = sentSecret(c, context);
    if (cookie === null) throw sessionInvalid();
    const { id } = c.req.valid('param');
    return c.json(await viewSession(context, { id, cookie }), 200);
  });

  app.openapi(beginRoute, async c => {
    const { slug } = c.req.valid('param');
    const location = await noted(slug, () => beginAttempt(context, c.get('connectSession'), slug));
    return c.json({ location: location.href }, 200);
  });

  app.openapi(formRoute, async c => {
    const { slug } = c.req.valid('param');
    const session = c.get('connectSession');
    const definition = catalogue.get(slug);
    if (definition === undefined || !isFormApp(definition)) throw sessionInvalid();
    const { fields: entered } = c.req.valid('json');
    const faults = await noted(slug, () => connectForm(context, session, { app: definition, entered }));
    if (faults.length > 0) return faulty(faults) as never;
    const { returnUrl } = session.row;
    return c.json({ returnTo: returnUrl === null ? null : returnAddress(returnUrl, slug, null) }, 200);
  });

  /** Runs a step, and logs the code of what it throws: never the address, never what was entered. */
  async function noted<Result>(slug: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      if (isKeyferryError(error)) effects.log.info({ app: slug, code: error.code }, 'connect failed');
      throw error;
    }
  }
}

/** Fields that are wrong, as an extension of the problem (RFC 9457 section 3.2). */
function faulty(faults: readonly FormFault[]): Response {
  const problem = problemOf(new KeyferryError('body_invalid', 'Something in the form is not right.'));
  const headers = { 'content-type': 'application/problem+json' };
  return Response.json({ ...problem, faults }, { status: problem.status, headers });
}
