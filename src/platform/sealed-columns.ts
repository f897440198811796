import type { SealedColumn } from '../lib/db/index.ts';

/** Every column of the platform that holds what the keyring sealed. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'platform_app', column: 'sealedKeys', key: 'slug' },
  { table: 'target', column: 'sealedSecret', key: 'id' },
  { table: 'target', column: 'sealedEncryptionKey', key: 'id' },
  { table: 'target', column: 'sealedApiKey', key: 'id' },
  { table: 'target', column: 'sealedCalendsoKey', key: 'id' },
  { table: 'connection', column: 'sealedCredential', key: 'id' },
  { table: 'oauth_attempt', column: 'sealedVerifier', key: 'stateHash' },
  { table: 'refresh_attempt', column: 'sealedSent', key: 'id' },
  { table: 'refresh_attempt', column: 'sealedAnswer', key: 'id' },
  { table: 'host_webhook', column: 'sealedSecrets', key: 'id' },
  { table: 'operator', column: 'sealedPassword', key: 'id' },
];

/** Those of them whose values no start writes anew and that outlive an hour. */
export const LASTING_COLUMNS = SEALED_COLUMNS.filter(({ table }) =>
  ['platform_app', 'connection', 'operator'].includes(table),
);
