import { isNew } from '../lib/sign-in/index.ts';
import { isKeyferryError } from '../protocol/index.ts';
import type { PlatformContext } from './context.ts';
import { insertEvent } from './store/index.ts';

interface Refused {
  readonly kind: 'target.refused' | 'host_webhook.refused';
  readonly what: string;
}

/** Logs and notes, once in a process, that something sealed does not open beside what stands in its row. */
export async function tellUnreadable(
  { database, effects }: Pick<PlatformContext, 'database' | 'effects'>,
  { kind, what }: Refused,
  error: unknown,
): Promise<void> {
  if (!isKeyferryError(error) || error.code !== 'sealed_unreadable') return;
  if (!isNew(database, `${kind} ${what}`)) return;
  effects.log.error({ err: error, kind, row: what }, 'a row of the database was refused');
  await insertEvent(database.db, { kind, actor: 'platform', detail: what }, effects.now());
}
