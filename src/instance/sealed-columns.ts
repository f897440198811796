import type { SealedColumn } from '../lib/db/index.ts';

/** Every column of the instance that holds what the keyring sealed. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'App', column: 'sealedKeys' },
  { table: 'Credential', column: 'sealedKey' },
];
