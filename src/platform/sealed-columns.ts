import type { SealedColumn } from '../lib/db/index.ts';

/** Every column of the platform that holds what the keyring sealed. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'platform_app', column: 'sealedKeys' },
  { table: 'target', column: 'sealedSecret' },
  { table: 'target', column: 'sealedEncryptionKey' },
  { table: 'target', column: 'sealedApiKey' },
  { table: 'target', column: 'sealedCalendsoKey' },
  { table: 'connection', column: 'sealedCredential' },
  { table: 'oauth_attempt', column: 'sealedVerifier' },
  { table: 'refresh_attempt', column: 'sealedSent' },
  { table: 'refresh_attempt', column: 'sealedAnswer' },
  { table: 'host_webhook', column: 'sealedSecrets' },
];
