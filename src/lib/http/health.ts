import type { Hono } from 'hono';
import { DatabaseTimeout, databaseError, type Store, writeProbe } from '../db/index.ts';
import { deadline } from '../deadline.ts';
import type { Log } from '../log.ts';

export const LIVE_PATH = '/health/live';

/** How long whoever asks waits for the database, in milliseconds: less than a statement may take. */
export const READY_WITHIN_MS = 2_000;

/** What `status` says of the faults that are not "unreachable". */
const STATUS: Readonly<Record<string, string>> = {
  database_unwritable: 'database unwritable',
  database_damaged: 'database damaged',
};

export interface HealthOptions {
  readonly database: Pick<Store, 'db' | 'engine' | 'sqlite'>;
  readonly log: Log;
  /** Whether the process has begun to stop. */
  readonly stopping: () => boolean;
  /** What keeps it from being ready, in a few words; null: nothing. */
  readonly trouble?: () => string | null;
}

/**
 * `/health/live`: the process answers. `/health/ready`: it can write to its database too, and is not stopping. That it
 * cannot is logged when it begins and when it is over, however often it is asked.
 */
export function healthRoutes(
  app: Pick<Hono, 'get'>,
  { database, log, stopping, trouble = () => null }: HealthOptions,
): void {
  const probe = writeProbe(database);
  let isReady = true;
  app.get(LIVE_PATH, c => c.json({ status: 'ok' }));
  app.get('/health/ready', async c => {
    if (stopping()) return c.json({ status: 'stopping' }, 503);
    try {
      await inTime(probe());
      const status = trouble();
      if (status !== null) {
        if (isReady) log.error({ status }, 'not ready');
        isReady = false;
        return c.json({ status }, 503);
      }
      if (!isReady) log.info('ready again');
      isReady = true;
      return c.json({ status: 'ok' });
    } catch (error) {
      if (isReady) log.error({ err: error }, 'not ready');
      isReady = false;
      const told = databaseError(error);
      const status = STATUS[told?.code ?? ''] ?? 'database unreachable';
      return c.json({ status, ...(told && { detail: told.message, remedy: told.remedy }) }, 503);
    }
  });
}

/** Who asks is not kept waiting as long as the probe may take; that goes on. */
async function inTime(probed: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const callOff = deadline(READY_WITHIN_MS, () =>
    late.reject(new DatabaseTimeout(`The database did not answer within ${READY_WITHIN_MS / 1_000} s.`)),
  );
  try {
    await Promise.race([probed, late.promise]);
  } finally {
    callOff();
  }
}
