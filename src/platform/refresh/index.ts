export { needsReconnect, providerError } from './errors.ts';
export {
  type Freshness,
  freshCredential,
  MINIMUM_MS,
  PATIENCE_MS,
  type RefreshContext,
  type RefreshFlights,
} from './fresh-credential.ts';
