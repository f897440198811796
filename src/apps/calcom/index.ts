export { pushShape } from './push-shape.ts';
export { refreshReply } from './refresh-reply.ts';
export type { ShapeOptions } from './token-members.ts';
