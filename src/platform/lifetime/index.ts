export type { KnownEnds } from './grant-ends.ts';
export {
  type EndingReason,
  type ForeseenEnd,
  firstNoticeAt,
  LAST_NOTICE_MS,
  NOTHING_PLANNED,
  type Plan,
  planFailing,
  planTokens,
} from './plan.ts';
export { LEAD_MS } from './refresh-due.ts';
