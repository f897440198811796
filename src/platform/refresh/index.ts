export { needsReconnect, providerError } from './errors.ts';
export {
  type Freshness,
  freshCredential,
  MINIMUM_MS,
  PATIENCE_MS,
  type RefreshContext,
  type RefreshFlights,
} from './fresh-credential.ts';
export { LEASE_MS as REFRESH_LEASE_MS } from './lease.ts';
export { noteFailure } from './note-failure.ts';
export { refreshNow } from './refresh-now.ts';
export { createUnwritten, type Unwritten } from './unwritten.ts';
