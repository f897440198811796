export { compatibilityTable, holdsCredential } from './compatibility-table.ts';
export { pushShape } from './push-shape.ts';
export { refreshReply } from './refresh-reply.ts';
export { isRefreshedAhead } from './refreshed-ahead.ts';
export { REFRESH_TOKEN_STAND_IN } from './stand-in.ts';
export type { ShapeOptions } from './token-members.ts';
