import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AFTER_ID, answers, ID } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import {
  type CredentialView,
  deleteCredentials,
  findCredentialView,
  listCredentials,
} from '../store/index.ts';

const time = z.number().nullable().openapi({ description: 'Epoch milliseconds' });

const credentialSchema = z
  .object({
    id: z.int(),
    userId: z.int(),
    email: z.string().openapi({ description: 'Whose it is' }),
    appSlug: z.string(),
    account: z.string(),
    status: z.enum(['working', 'failing', 'needs_reconnect']),
    statusReason: z.string().nullable(),
    refreshing: z.boolean().openapi({ description: 'Whether the platform is asked just now' }),
    expiresAt: time,
    version: z.int(),
    provenance: z.string(),
    pushedAt: time,
    refreshedAt: time,
    failedAt: time,
    failures: z.int().openapi({ description: 'Refreshes in a row that failed' }),
    retryAt: time.openapi({ description: 'Epoch milliseconds; before it the platform is not asked' }),
    createdAt: z.number(),
    updatedAt: z.number(),
  })
  .openapi('Credential');

export type CredentialAnswer = z.infer<typeof credentialSchema>;

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/credentials',
  summary: 'Credentials with their state, without their secrets',
  request: {
    query: z.object({
      userId: ID.optional(),
      email: z
        .string()
        .regex(/^\P{Cc}{1,320}$/u)
        .optional(),
      appSlug: z
        .string()
        .regex(/^[\w.-]{1,200}$/)
        .optional(),
      status: z.enum(['working', 'failing', 'needs_reconnect']).optional(),
      after: AFTER_ID.default(0),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(
    200,
    z.object({ credentials: z.array(credentialSchema), next: z.int().nullable() }),
    'The credentials',
  ),
});

const deletedSchema = z.object({ deleted: z.int() });

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/credentials',
  summary: "Delete a user's credential for an app; a repeat is a success",
  request: { query: z.object({ userId: ID, appSlug: z.string().min(1).max(200) }) },
  responses: answers(200, deletedSchema, 'How many there were'),
});

const deleteOneRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/credentials/{id}',
  summary: 'Delete one credential',
  request: { params: z.object({ id: ID }) },
  responses: answers(200, deletedSchema, 'It is gone'),
});

const readRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/credentials/{id}',
  summary: 'One credential with its state',
  request: { params: z.object({ id: ID }) },
  responses: answers(200, credentialSchema, 'The credential'),
});

const refreshRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/credentials/{id}/refresh',
  summary: 'Ask the platform now, whatever is stored and whether or not the next try is due',
  request: { params: z.object({ id: ID }) },
  responses: answers(200, credentialSchema, 'Its state after the platform gave a token'),
});

export function credentialRoutes(
  app: OpenAPIHono,
  { accessToken, database, effects }: InstanceContext,
): void {
  app.openapi(listRoute, async c => {
    return c.json(await listCredentials(database, c.req.valid('query')), 200);
  });
  app.openapi(deleteRoute, async c => {
    const selection = c.req.valid('query');
    const { length: deleted } = await deleteCredentials(database, selection, c.get('actor'), effects.now());
    return c.json({ deleted }, 200);
  });
  app.openapi(deleteOneRoute, async c => {
    const selection = c.req.valid('param');
    const { length: deleted } = await deleteCredentials(database, selection, c.get('actor'), effects.now());
    if (deleted === 0) throw unknownId();
    return c.json({ deleted }, 200);
  });
  app.openapi(readRoute, async c => c.json(await viewOf(database, c.req.valid('param').id), 200));
  app.openapi(refreshRoute, async c => {
    const { id } = c.req.valid('param');
    const { userId, appSlug } = await viewOf(database, id);
    await accessToken({ userId, appSlug, now: true });
    return c.json(await viewOf(database, id), 200);
  });
}

/** @throws KeyferryError credential_not_found */
async function viewOf(database: InstanceContext['database'], id: number): Promise<CredentialView> {
  const view = await findCredentialView(database, id);
  if (view === null) throw unknownId();
  return view;
}

function unknownId(): KeyferryError {
  return new KeyferryError('credential_not_found', 'There is no credential of this id.');
}
