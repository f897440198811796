import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { KeyferryError } from '../../protocol/index.ts';
import { answers, jsonBody, limitBody } from '../http/index.ts';
import { VERSION } from '../version.ts';
import { browserOf, markBrowser } from './browser-mark.ts';
import { changePassword } from './change-password.ts';
import { clientAddress, peerAddress } from './client-address.ts';
import type { SignInContext } from './context.ts';
import { cookieName, giveMark, giveToken, sentMark, sentToken, takeToken } from './cookie.ts';
import { requireSession } from './guard.ts';
import { checkOrigin } from './origin.ts';
import { LONGEST } from './password-rules.ts';
import { hasAdmin } from './people.ts';
import { deleteSession, deleteSessionsOf, findSession, listSessions, revokeSession } from './sessions.ts';
import { setUp } from './set-up.ts';
import { signIn, type Visitor } from './sign-in.ts';

const BODY_BYTES = 8 * 1024;

const stateSchema = z
  .object({
    user: z
      .object({
        id: z.int(),
        email: z.string(),
        name: z.string().nullable(),
        role: z.enum(['admin', 'user']),
        mustChangePassword: z.boolean(),
      })
      .nullable()
      .openapi({ description: 'null: nobody is signed in' }),
    setupNeeded: z.boolean().openapi({ description: 'There is no admin yet: see POST /api/setup' }),
    role: z.enum(['instance', 'platform']),
    version: z.string(),
  })
  .openapi('SessionState');

const sessionsSchema = z.object({
  sessions: z.array(
    z
      .object({
        id: z.string(),
        createdAt: z.number().openapi({ description: 'Epoch milliseconds' }),
        seenAt: z.number().openapi({ description: 'Epoch milliseconds, to the hour' }),
        userAgent: z.string().nullable(),
        current: z.boolean(),
      })
      .openapi('Session'),
  ),
});

const revokedSchema = z.object({ revoked: z.int().openapi({ description: 'How many sessions ended' }) });
/** Longer than any that is taken: what is wrong with it is told by the rules for passwords. */
/** NUL is refused elsewhere. Here it is another character that nobody has: a sign-in does not say what is wrong with it. */
const withoutNul = (text: string): string => text.replaceAll('\0', '\u{FFFD}');
const PASSWORD = z
  .string()
  .max(LONGEST * 4)
  .transform(withoutNul);
const OPEN = { security: [] };
const SIGNED_IN = { security: [{ session: [] }] };

const readRoute = createRoute({
  method: 'get',
  path: '/api/session',
  summary: 'Who is signed in',
  ...OPEN,
  responses: answers(200, stateSchema, 'The state'),
});

const setUpRoute = createRoute({
  method: 'post',
  path: '/api/setup',
  summary: 'Make the first admin, with the code that is printed at the start, and sign in',
  ...OPEN,
  request: {
    body: jsonBody(
      z.object({
        code: z.string().max(100),
        email: z.email().max(320),
        name: z
          .string()
          .trim()
          .regex(/^\P{Cc}{0,200}$/u)
          .nullish(),
        password: PASSWORD,
      }),
    ),
  },
  responses: answers(200, stateSchema, 'Signed in; the cookie is set'),
});

const signInRoute = createRoute({
  method: 'post',
  path: '/api/session',
  summary: 'Sign in',
  ...OPEN,
  request: {
    body: jsonBody(z.object({ email: z.string().max(320).transform(withoutNul), password: PASSWORD })),
  },
  responses: answers(200, stateSchema, 'Signed in; the cookie is set'),
});

const signOutRoute = createRoute({
  method: 'delete',
  path: '/api/session',
  summary: 'Sign out',
  ...OPEN,
  responses: answers(200, stateSchema, 'Signed out'),
});

const passwordRoute = createRoute({
  method: 'put',
  path: '/api/session/password',
  summary: "Change one's password; one's other sessions end",
  ...SIGNED_IN,
  request: { body: jsonBody(z.object({ current: PASSWORD, password: PASSWORD })) },
  responses: answers(200, stateSchema, 'Changed'),
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/sessions',
  summary: "One's sessions, last used first",
  ...SIGNED_IN,
  responses: answers(200, sessionsSchema, 'The sessions'),
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/sessions/{id}',
  summary: "End one of one's sessions",
  ...SIGNED_IN,
  request: { params: z.object({ id: z.string().max(100) }) },
  responses: answers(200, revokedSchema, 'Ended'),
});

const revokeOthersRoute = createRoute({
  method: 'delete',
  path: '/api/sessions',
  summary: "End all of one's other sessions",
  ...SIGNED_IN,
  responses: answers(200, revokedSchema, 'Ended'),
});

/** Signing in and out, set-up and one's own sessions: the same at both roles. */
export function sessionRoutes(app: OpenAPIHono, context: SignInContext): void {
  const { store, tables, role } = context;

  for (const path of ['/api/session', '/api/setup']) {
    app.use(path, async function ownPages(c, next) {
      checkOrigin(c, context);
      c.header('cache-control', 'no-store');
      return next();
    });
  }
  app.use('/api/session/password', requireSession(context, { admin: false, oneTime: true }));
  app.use('/api/sessions/*', requireSession(context, { admin: false }));
  for (const path of ['/api/session/*', '/api/sessions/*', '/api/setup'])
    app.use(path, limitBody(BODY_BYTES));

  app.openapi(readRoute, async c => c.json(await stateOf(sentToken(c, context)), 200));
  app.openapi(setUpRoute, async c => {
    const { name, ...given } = c.req.valid('json');
    const token = await setUp(context, { ...given, name: name || null }, visitorOf(c));
    signedIn(c, token, given.email);
    return c.json(await stateOf(token), 200);
  });
  app.openapi(signInRoute, async c => {
    const given = c.req.valid('json');
    const token = await signIn(context, given, visitorOf(c));
    signedIn(c, token, given.email);
    return c.json(await stateOf(token), 200);
  });
  app.openapi(signOutRoute, async c => {
    const token = sentToken(c, context);
    if (token !== null) await deleteSession(store.db, context, token);
    takeToken(c, context);
    return c.json(await stateOf(null), 200);
  });
  app.openapi(passwordRoute, async c => {
    await changePassword(context, c.get('session'), c.req.valid('json'));
    return c.json(await stateOf(sentToken(c, context)), 200);
  });
  app.openapi(listRoute, async c => c.json({ sessions: await listSessions(context, c.get('session')) }, 200));
  app.openapi(revokeRoute, async c => {
    const { id } = c.req.valid('param');
    if (!(await revokeSession(context, { personId: c.get('session').person.id, id }))) {
      throw new KeyferryError('not_found', 'You have no session of this id.');
    }
    return c.json({ revoked: 1 }, 200);
  });
  app.openapi(revokeOthersRoute, async c => {
    const { id, person } = c.get('session');
    return c.json({ revoked: await deleteSessionsOf(store.db, tables, person.id, id) }, 200);
  });

  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: cookieName(context),
  });

  async function stateOf(token: string | null): Promise<z.infer<typeof stateSchema>> {
    const user = token === null ? null : ((await findSession(context, token))?.person ?? null);
    const setupNeeded = user === null && !(await hasAdmin(store.db, tables));
    return { user, setupNeeded, role, version: VERSION };
  }

  function signedIn(c: Context, token: string, email: string): void {
    giveToken(c, context, token);
    if (browserOf(context, sentMark(c, context), email) === null)
      giveMark(c, context, markBrowser(context, email));
  }

  function visitorOf(c: Context): Visitor {
    return {
      address: clientAddress(c.req.header('x-forwarded-for'), context.trustProxy),
      peer: peerAddress(c),
      signal: c.req.raw.signal,
      userAgent: c.req.header('user-agent') ?? null,
      token: sentToken(c, context),
      mark: sentMark(c, context),
    };
  }
}
