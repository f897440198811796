import { type RawBuilder, sql } from 'kysely';
import type { Given } from '../../lib/db/index.ts';
import type { Lease } from '../../lib/lease.ts';

/** The lease under which a row is written. */
export interface Fence {
  readonly lease: string;
  readonly generation: number;
}

export function fenceOf({ name, generation }: Lease): Fence {
  return { lease: name, generation };
}

/**
 * The condition that nobody has taken the lease over since: a holder that was paused past its end writes nothing
 * that its successor would build on.
 */
export function notOvertaken({ lease, generation }: Given<Fence>): RawBuilder<unknown> {
  return sql`not exists (select 1 from "lease" as held
    where held."name" = ${lease} and held."generation" > ${generation})`;
}
