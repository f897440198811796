import type { Hono } from 'hono';
import { databaseError, type Store, writeProbe } from '../db/index.ts';

export const LIVE_PATH = '/health/live';

/** What `status` says of the faults that are not "unreachable". */
const STATUS: Readonly<Record<string, string>> = {
  database_unwritable: 'database unwritable',
  database_damaged: 'database damaged',
};

/**
 * `/health/live`: the process answers. `/health/ready`: it can write to its database too, and is not stopping.
 * @param stopping whether the process has begun to stop
 * @param trouble what keeps it from being ready, in a few words; null: nothing
 */
export function healthRoutes(
  app: Pick<Hono, 'get'>,
  database: Pick<Store, 'db' | 'engine' | 'sqlite'>,
  stopping: () => boolean,
  trouble: () => string | null = () => null,
): void {
  const probe = writeProbe(database);
  app.get(LIVE_PATH, c => c.json({ status: 'ok' }));
  app.get('/health/ready', async c => {
    if (stopping()) return c.json({ status: 'stopping' }, 503);
    try {
      await probe();
      const status = trouble();
      if (status !== null) return c.json({ status }, 503);
      return c.json({ status: 'ok' });
    } catch (error) {
      const told = databaseError(error);
      const status = STATUS[told?.code ?? ''] ?? 'database unreachable';
      return c.json({ status, ...(told && { detail: told.message, remedy: told.remedy }) }, 503);
    }
  });
}
