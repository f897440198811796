import type { Credential } from '../../protocol/index.ts';
import type { CredentialRow } from '../store/index.ts';

/** A credential's row with its credential opened. */
export interface Held {
  readonly row: CredentialRow;
  readonly credential: Credential;
}
