import type { Hono } from 'hono';
import { sql } from 'kysely';
import type { Store } from '../db/index.ts';

export const LIVE_PATH = '/health/live';

/**
 * `/health/live`: the process answers. `/health/ready`: it reaches its database too, and is not stopping.
 * @param stopping whether the process has begun to stop
 */
export function healthRoutes(
  app: Pick<Hono, 'get'>,
  { db }: Pick<Store, 'db'>,
  stopping: () => boolean,
): void {
  app.get(LIVE_PATH, c => c.json({ status: 'ok' }));
  app.get('/health/ready', async c => {
    if (stopping()) return c.json({ status: 'stopping' }, 503);
    try {
      await sql`select 1`.execute(db);
      return c.json({ status: 'ok' });
    } catch {
      return c.json({ status: 'database unreachable' }, 503);
    }
  });
}
