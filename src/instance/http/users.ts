import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers, jsonBody } from '../../lib/http/index.ts';
import type { InstanceContext } from '../context.ts';
import { addUser, listUsers } from '../store/index.ts';

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
    createdDate: z.string(),
  })
  .openapi('User');

const newUserSchema = z.object({
  email: z.email().max(320),
  username: z
    .string()
    .regex(/^[\p{L}\p{N}._-]{1,100}$/u)
    .optional(),
  name: z.string().max(200).nullish(),
  timeZone: z.string().refine(isTimeZone, 'is not a time zone such as Europe/Berlin').optional(),
  locale: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .nullish(),
  role: z.enum(['USER', 'ADMIN']).optional(),
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
      after: z.coerce.number().int().min(0).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, z.object({ users: z.array(userSchema) }), 'The users'),
});

/** Users in Cal.com's shape (its API v1), so that a platform can make the ids that it pushes to. */
export function userRoutes(app: OpenAPIHono, { database, effects }: InstanceContext): void {
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
    return c.json({ user: await addUser(database, user, effects.now()) }, 201);
  });
  app.openapi(listRoute, async c => {
    const { email, after, limit } = c.req.valid('query');
    return c.json({ users: await listUsers(database, { email, after: after ?? 0, limit }) }, 200);
  });
}
