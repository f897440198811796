export { type Asking, ask, askStatus, json, type PeerStatus, type Wire, wireOf } from './ask.ts';
export { checkClock, checkDateHeader } from './check-clock.ts';
export { checkDatabase } from './check-database.ts';
export { checkEncryption, checkReady, checkSlugs } from './check-keyferry.ts';
export { checkSealingKeys } from './check-sealing-keys.ts';
export { checkSecrets } from './check-secrets.ts';
export {
  type Finding,
  type Findings,
  findingSchema,
  findingsOf,
  type Role,
  type Verdict,
} from './finding.ts';
export { NO_WIRE } from './no-wire.ts';
export { withAsking } from './with-asking.ts';
