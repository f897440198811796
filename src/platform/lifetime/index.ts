export type { KnownEnds } from './grant-ends.ts';
export {
  type EndingReason,
  type ForeseenEnd,
  NOTHING_PLANNED,
  nextNoticeAt,
  type Plan,
  planFailing,
  planTokens,
} from './plan.ts';
export { LEAD_MS } from './refresh-due.ts';
