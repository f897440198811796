import { type RawBuilder, sql } from 'kysely';

/** What an update of the outbox sets to make a wish due as if it were new. @param at epoch milliseconds */
export const ANEW = (at: number): RawBuilder<unknown> => sql`
  "state" = 'waiting', "generation" = "generation" + 1, "attempts" = 0, "faults" = 0, "dueAt" = cast(${at} as bigint),
  "lastStatus" = null, "lastError" = null, "updatedAt" = cast(${at} as bigint)`;
