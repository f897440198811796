import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Store } from '../../lib/db/index.ts';
import { answers, ID, jsonBody } from '../../lib/http/index.ts';
import {
  createOneTimePassword,
  hashPassword,
  makeOneTimePassword,
  ONE_TIME_MS,
  putPassword,
} from '../../lib/sign-in/index.ts';
import type { PlatformContext } from '../context.ts';
import {
  addOperator,
  deleteOperator,
  listOperators,
  operatorNotFound,
  updateOperator,
} from '../store/index.ts';

const operatorSchema = z
  .object({
    id: z.int(),
    email: z.string(),
    name: z.string().nullable(),
    locked: z.boolean(),
    hasPassword: z.boolean(),
    mustChangePassword: z.boolean(),
    createdAt: z.number().openapi({ description: 'Epoch milliseconds' }),
  })
  .openapi('Operator');

export type Operator = z.infer<typeof operatorSchema>;

const NAME = z.string().regex(/^\P{Cc}{0,200}$/u);
/** Ids are PostgreSQL's integers. */
const params = z.object({ id: ID });
const PASSWORD = z.string().openapi({ description: 'Shown this once; it must be changed at the sign-in' });

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/operators',
  summary: 'Who may sign in at the desk',
  responses: answers(200, z.object({ operators: z.array(operatorSchema) }), 'The operators'),
});

const addRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/operators',
  summary: 'Add an operator with a one-time password',
  request: { body: jsonBody(z.object({ email: z.email().max(320), name: NAME.nullish() })) },
  responses: answers(201, z.object({ operator: operatorSchema, password: PASSWORD }), 'Added'),
});

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/keyferry/v1/operators/{id}',
  summary: 'Rename or lock an operator',
  request: {
    params,
    body: jsonBody(z.object({ name: NAME.nullish(), locked: z.boolean().optional() })),
  },
  responses: answers(200, z.object({ operator: operatorSchema }), 'As the operator is now'),
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/operators/{id}',
  summary: 'Remove an operator',
  request: { params },
  responses: answers(200, z.object({ id: z.int() }), 'Gone'),
});

const passwordRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/operators/{id}/one-time-password',
  summary: 'A password for one sign-in, shown this once; all sessions of the operator end',
  request: { params },
  responses: answers(200, z.object({ password: PASSWORD }), 'The password'),
});

export function operatorRoutes(app: OpenAPIHono, { database, effects, signIn }: PlatformContext): void {
  app.openapi(listRoute, async c => c.json({ operators: await listOperators(database.db) }, 200));
  app.openapi(addRoute, async c => {
    const { email, name = null } = c.req.valid('json');
    const password = createOneTimePassword();
    const hash = await hashPassword(password);
    const now = effects.now();
    const put = (trx: Store['db'], id: number) =>
      putPassword(trx, signIn, { id, hash, oneTimeUntil: now + ONE_TIME_MS });
    const added = await addOperator(database, { email, name }, c.get('actor'), now, put);
    const operator = { ...added, hasPassword: true, mustChangePassword: true };
    c.header('cache-control', 'no-store');
    return c.json({ operator, password }, 201);
  });
  app.openapi(changeRoute, async c => {
    const { id } = c.req.valid('param');
    const change = { id, changes: c.req.valid('json'), actor: c.get('actor') };
    return c.json({ operator: await updateOperator(signIn, change) }, 200);
  });
  app.openapi(deleteRoute, async c => {
    const { id } = c.req.valid('param');
    await deleteOperator(signIn, id, c.get('actor'));
    return c.json({ id }, 200);
  });
  app.openapi(passwordRoute, async c => {
    const password = await makeOneTimePassword(signIn, c.req.valid('param').id, c.get('actor'));
    if (password === null) throw operatorNotFound();
    c.header('cache-control', 'no-store');
    return c.json({ password }, 200);
  });
}
