import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { isOAuthApp } from '../../apps/index.ts';
import { answers, pageOf, readCursor, writeCursor } from '../../lib/http/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { endingRemedy } from '../endings/index.ts';
import { type EndingPlace, type EndingRow, listEndings } from '../store/index.ts';
import { time } from './schemas.ts';

const DAY_MS = 86_400_000;

const endingSchema = z
  .object({
    kind: z.enum(['app_secret', 'connection']),
    appSlug: z.string(),
    connectionId: z.string().nullable(),
    externalUserId: z.string().nullable(),
    endsAt: time,
    reason: z
      .enum(['client_secret', 'grant_lifetime', 'idle_lifetime', 'no_refresh_token', 'provider_stated'])
      .openapi({ description: 'Why it ends' }),
    remedy: z.string().openapi({ description: 'What to do, for the operator' }),
  })
  .openapi('Ending');

export type Ending = z.infer<typeof endingSchema>;

const route = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/endings',
  summary: 'Which grants and client secrets will end, and why, soonest first',
  request: {
    query: z.object({
      withinDays: z.coerce.number().min(0).max(3650).default(14),
      after: z.string().max(500).optional().openapi({ description: '`next` of the page before' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: answers(
    200,
    z.object({ endings: z.array(endingSchema), next: z.string().nullable() }),
    'The endings',
  ),
});

export function endingRoutes(app: OpenAPIHono, context: PlatformContext): void {
  const { catalogue, database, effects } = context;

  function view(row: EndingRow): Ending {
    const { kind, id, appSlug, externalUserId, endsAt, reason } = row;
    const record = catalogue.get(appSlug);
    const remedy = endingRemedy(row, record !== undefined && isOAuthApp(record) ? record : null);
    const connectionId = kind === 'connection' ? id : null;
    return { kind, appSlug, connectionId, externalUserId, endsAt, reason, remedy };
  }

  app.openapi(route, async c => {
    const { withinDays, after, limit } = c.req.valid('query');
    const by = Math.floor(effects.now() + withinDays * DAY_MS);
    const filter = { by, after: after === undefined ? null : readPlace(after), limit: limit + 1 };
    const found = await listEndings(database.db, filter);
    const { rows, next } = pageOf(found, limit, ({ endsAt, kind, id }) => writeCursor([endsAt, kind, id]));
    return c.json({ endings: rows.map(view), next }, 200);
  });
}

/** @throws KeyferryError body_invalid */
function readPlace(text: string): EndingPlace {
  const [endsAt, kind, id] = readCursor(text, ['number', 'string', 'string']);
  if (kind === 'app_secret' || kind === 'connection') return { endsAt, kind, id };
  throw new KeyferryError('body_invalid', 'after is not what a page gave as `next`.');
}
