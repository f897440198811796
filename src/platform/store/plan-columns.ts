import { type RawBuilder, sql } from 'kysely';
import type { Plan } from '../lifetime/index.ts';

/** The assignments that write a plan over a connection's row. An ending that stays is not told again. */
export function planColumns({
  refreshDueAt,
  grantExpiresAt,
  idleEndsAt,
  ending,
  noticeAt,
}: Plan): RawBuilder<unknown> {
  const time = (at: number | null) => sql`cast(${at} as bigint)`;
  const endsAt = time(ending?.at ?? null);
  return sql`"refreshDueAt" = ${time(refreshDueAt)}, "grantExpiresAt" = ${time(grantExpiresAt)},
    "idleEndsAt" = ${time(idleEndsAt)}, "endingReason" = ${ending?.reason ?? null},
    "endingNoticeAt" = case when "connection"."endsAt" = ${endsAt} then "connection"."endingNoticeAt"
      else ${time(noticeAt)} end,
    "endsAt" = ${endsAt}`;
}
