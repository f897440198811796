import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { answers } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { deleteCredentials, listCredentials } from '../store/index.ts';

const time = z.number().nullable().openapi({ description: 'Epoch milliseconds' });

const credentialSchema = z
  .object({
    id: z.int(),
    userId: z.int(),
    appSlug: z.string(),
    account: z.string(),
    status: z.enum(['working', 'failing', 'needs_reconnect']),
    statusReason: z.string().nullable(),
    expiresAt: time,
    version: z.int(),
    provenance: z.string(),
    pushedAt: time,
    refreshedAt: time,
    failedAt: time,
    createdAt: z.number(),
    updatedAt: z.number(),
  })
  .openapi('Credential');

const userId = z.coerce.number().int().min(1).max(2_147_483_647);

const listRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/credentials',
  summary: 'Credentials with their state, without their secrets',
  request: {
    query: z.object({
      userId: userId.optional(),
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(200, z.object({ credentials: z.array(credentialSchema) }), 'The credentials'),
});

const deletedSchema = z.object({ deleted: z.int() });

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/credentials',
  summary: "Delete a user's credential for an app; a repeat is a success",
  request: { query: z.object({ userId, appSlug: z.string().min(1).max(200) }) },
  responses: answers(200, deletedSchema, 'How many there were'),
});

const deleteOneRoute = createRoute({
  method: 'delete',
  path: '/api/keyferry/v1/credentials/{id}',
  summary: 'Delete one credential',
  request: { params: z.object({ id: userId }) },
  responses: answers(200, deletedSchema, 'It is gone'),
});

export function credentialRoutes(app: OpenAPIHono, { database, effects }: InstanceContext): void {
  app.openapi(listRoute, async c => {
    const { userId: user, after, limit } = c.req.valid('query');
    return c.json(
      { credentials: await listCredentials(database, { userId: user ?? null, after, limit }) },
      200,
    );
  });
  app.openapi(deleteRoute, async c => {
    const { length: deleted } = await deleteCredentials(database, c.req.valid('query'), effects.now());
    return c.json({ deleted }, 200);
  });
  app.openapi(deleteOneRoute, async c => {
    const { length: deleted } = await deleteCredentials(database, c.req.valid('param'), effects.now());
    if (deleted === 0) throw new KeyferryError('credential_not_found', 'There is no credential of this id.');
    return c.json({ deleted }, 200);
  });
}
