import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { BATCH } from '../../lib/db/index.ts';
import type { Db } from '../tables.ts';
import { ANEW } from './anew.ts';
import type { OutboxRow } from './outbox-row.ts';

type Stopped = Pick<OutboxRow, 'id' | 'targetId' | 'lastError' | 'updatedAt'>;

/**
 * Makes stopped deliveries due, some at a time, in the order in which they were stopped. What is stopped meanwhile stays
 * so.
 * @param isWanted which of them
 * @param at epoch milliseconds
 * @returns how many
 */
export async function renewStopped(
  db: Db,
  isWanted: (stopped: Stopped) => boolean,
  at: number,
): Promise<number> {
  const [last] = await stoppedRows(db, sql`1 = 1`, sql`"updatedAt" desc, "id" desc`, 1);
  if (last === undefined) return 0;
  let renewed = 0;
  let place: Pick<Stopped, 'updatedAt' | 'id'> = { updatedAt: -1, id: 0 };
  for (;;) {
    const span = sql`("updatedAt", "id") > (${place.updatedAt}, ${place.id})
      and ("updatedAt", "id") <= (${last.updatedAt}, ${last.id})`;
    const rows = await stoppedRows(db, span, sql`"updatedAt", "id"`, BATCH);
    const ids = rows.filter(isWanted).map(({ id }) => id);
    if (ids.length > 0) renewed += await renew(db, ids, at);
    const end = rows.at(-1);
    if (end === undefined || rows.length < BATCH) return renewed;
    place = end;
    await nextTurn();
  }
}

async function stoppedRows(
  db: Db,
  where: ReturnType<typeof sql>,
  order: ReturnType<typeof sql>,
  limit: number,
): Promise<Stopped[]> {
  const { rows } = await sql<Stopped>`
    select "id", "targetId", "lastError", "updatedAt" from "outbox"
    where "state" = 'stopped' and ${where} order by ${order} limit ${limit}`.execute(db);
  return rows;
}

async function renew(db: Db, ids: readonly number[], at: number): Promise<number> {
  const { rows } = await sql`
    update "outbox" set ${ANEW(at)} where "state" = 'stopped' and "id" in (${sql.join(ids)})
    returning "id"`.execute(db);
  return rows.length;
}
