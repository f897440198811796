import type { SealedColumn } from '../lib/db/index.ts';

/** Every column of the instance that holds what the keyring sealed. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'App', column: 'sealedKeys', key: 'slug' },
  { table: 'Credential', column: 'sealedKey', key: 'id' },
  { table: 'users', column: 'sealedPassword', key: 'id' },
];
