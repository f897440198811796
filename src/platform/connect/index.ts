export { redirectUri } from '../oauth/index.ts';
export * from './begin-attempt.ts';
export * from './codes.ts';
export * from './create-session.ts';
export * from './finish-attempt.ts';
export * from './open-session.ts';
export * from './outcome-address.ts';
export * from './return-address.ts';
export * from './view-session.ts';
