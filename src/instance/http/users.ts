import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AFTER_ID, answers, ID, jsonBody, pageOf } from '../../lib/http/index.ts';
import { makeOneTimePassword } from '../../lib/sign-in/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { addUser, listUsers, searchUsers, updateUser } from '../store/index.ts';

/** A user as Cal.com's API v1 shows one, with the members that an instance keeps. */
const userSchema = z
  .object({
    id: z.int(),
    username: z.string().nullable(),
    name: z.string().nullable(),
    email: z.string(),
    emailVerified: z.string().nullable(),
    timeZone: z.string(),
    locale: z.string().nullable(),
    role: z.enum(['USER', 'ADMIN']),
    locked: z.boolean().openapi({ description: 'Signs in nowhere, receives no credential' }),
    hasPassword: z.boolean().openapi({ description: 'Ours: whether this user can sign in' }),
    createdDate: z.string(),
  })
  .openapi('User');

export type User = z.infer<typeof userSchema>;

const NAME = z.string().regex(/^\P{Cc}{0,200}$/u);
const TIME_ZONE = z.string().refine(isTimeZone, 'is not a time zone such as Europe/Berlin');
const LOCALE = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/);
/** Ids are PostgreSQL's integers. */

const newUserSchema = z.object({
  email: z.email().max(320),
  username: z
    .string()
    .regex(/^[\p{L}\p{N}._-]{1,100}$/u)
    .optional(),
  name: NAME.nullish(),
  timeZone: TIME_ZONE.optional(),
  locale: LOCALE.nullish(),
  role: z.enum(['USER', 'ADMIN']).optional(),
});

const changesSchema = z.object({
  name: NAME.nullish(),
  timeZone: TIME_ZONE.optional(),
  locale: LOCALE.nullish(),
  role: z.enum(['USER', 'ADMIN']).optional(),
  locked: z.boolean().optional(),
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const addRoute = createRoute({
  method: 'post',
  path: '/api/v1/users',
  summary: 'Add a user; its id is what a platform pushes to',
  request: { body: jsonBody(newUserSchema) },
  responses: answers(201, z.object({ user: userSchema }), 'Added'),
});

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/users',
  summary: 'List users in the order of their ids',
  request: {
    query: z.object({
      email: z.string().optional(),
      q: z
        .string()
        .regex(/^\P{Cc}{0,200}$/u)
        .optional()
        .openapi({
          description:
            'A part of the e-mail, the name or the user name, or an id; not beside `email`. A page of fewer than three letters may be short, or empty, where `next` says that there is more',
        }),
      after: AFTER_ID.optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, z.object({ users: z.array(userSchema), next: z.int().nullable() }), 'The users'),
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/v1/users/{id}',
  summary: 'Change a user: make an admin, lock, rename',
  request: { params: z.object({ id: ID }), body: jsonBody(changesSchema) },
  responses: answers(200, z.object({ user: userSchema }), 'As the user is now'),
});

const passwordRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/users/{id}/one-time-password',
  summary: 'A password for one sign-in, shown this once; all sessions of the user end',
  request: { params: z.object({ id: ID }) },
  responses: answers(200, z.object({ password: z.string() }), 'The password'),
});

/** Users in Cal.com's shape (its API v1), so that a platform can make the ids that it pushes to. */
export function userRoutes(app: OpenAPIHono, { database, effects, signIn }: InstanceContext): void {
  app.openapi(addRoute, async c => {
    const { username, timeZone, role, ...rest } = c.req.valid('json');
    const user = {
      email: rest.email,
      name: rest.name ?? null,
      locale: rest.locale ?? null,
      username: username ?? null,
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(role === undefined ? {} : { role }),
    };
    return c.json({ user: await addUser(database, user, effects.now(), c.get('actor')) }, 201);
  });
  app.openapi(listRoute, async c => {
    const { email, q, after, limit } = c.req.valid('query');
    if (q !== undefined && q !== '' && email === undefined) {
      return c.json(await searchUsers(database, { q, after: after ?? 0, limit }), 200);
    }
    const found = await listUsers(database, { email, after: after ?? 0, limit: limit + 1 });
    const { rows: users, next } = pageOf(found, limit, ({ id }) => id);
    return c.json({ users, next }, 200);
  });
  app.openapi(changeRoute, async c => {
    const { id } = c.req.valid('param');
    const changes = c.req.valid('json');
    return c.json({ user: await updateUser(signIn, { id, changes, actor: c.get('actor') }) }, 200);
  });
  app.openapi(passwordRoute, async c => {
    const { id } = c.req.valid('param');
    const password = await makeOneTimePassword(signIn, id, c.get('actor'));
    if (password === null) throw new KeyferryError('user_not_found', 'There is no user of this id.');
    c.header('cache-control', 'no-store');
    return c.json({ password }, 200);
  });
}
