export { needsReconnect, providerError } from './errors.ts';
export {
  type Freshness,
  freshCredential,
  MINIMUM_MS,
  type RefreshContext,
  type RefreshFlights,
} from './fresh-credential.ts';
