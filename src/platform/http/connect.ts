import type { OpenAPIHono } from '@hono/zod-openapi';
import { isFormApp } from '../../apps/index.ts';
import { limitBody, problemOf } from '../../lib/http/index.ts';
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
import { beginRoute, formRoute, openRoute, readRoute } from './connect-requests.ts';

const BODY_BYTES = 64 * 1024;

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

  /** Runs a step, and logs the code of what it throws, and its cause: never what was entered but the name of a host. */
  async function noted<Result>(slug: string, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      if (isKeyferryError(error)) {
        effects.log.info({ app: slug, code: error.code, ...causeOf(error) }, 'connect failed');
      }
      throw error;
    }
  }
}

/** What the user is not told: why a server that they named was not reached. */
function causeOf({ message, cause }: KeyferryError): { told?: string; cause?: string } {
  return cause instanceof Error ? { told: message, cause: cause.message } : {};
}

/** Fields that are wrong, as an extension of the problem (RFC 9457 section 3.2). */
function faulty(faults: readonly FormFault[]): Response {
  const problem = problemOf(new KeyferryError('body_invalid', 'Something in the form is not right.'));
  const headers = { 'content-type': 'application/problem+json' };
  return Response.json({ ...problem, faults }, { status: problem.status, headers });
}
