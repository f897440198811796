export { type AheadLoop, aheadLoop } from './loop.ts';
export { LEAD_MS, refreshAhead } from './refresh-ahead.ts';
