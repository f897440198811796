import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { CALENDSO_KEY_NAME } from '../protocol/index.ts';
import type { VariableReader } from './config.ts';
import { DATABASE_REMEDY, readPostgresUrl } from './database-url.ts';
import type { DatabaseLocation } from './db/index.ts';
import { type Keyring, parseKeyring } from './sealed-box.ts';
import { readAesKey, readSyncSettings, type SyncSettings } from './sync-settings.ts';

/** What every role needs to know. */
export interface RoleSettings {
  readonly database: DatabaseLocation;
  readonly keyring: Keyring;
  readonly sync: SyncSettings;
  /** The admin's and back end's API key, or null: the API stays closed. */
  readonly apiKey: string | null;
  readonly allowPrivateAddresses: boolean;
  /** Whether the address that a proxy put last into X-Forwarded-For is believed. */
  readonly trustProxy: boolean;
  /** The instance's own key, in which Cal.com keeps what users enter; null where it is not known. */
  readonly calendsoKey: KeyObject | null;
}

const CALENDSO_REMEDY = 'Give the value that the Cal.com instance has: 32 characters.';
const KEYGEN = 'Make one with: keyferry keygen.';

/** Where SQLite keeps a role's rows when DATABASE_URL is not set. */
export interface DatabaseFile {
  readonly data: string;
  readonly name: string;
}

/** Where a role's database is. What is wrong with DATABASE_URL becomes a problem of it. */
export function readDatabaseLocation(variables: VariableReader, file: DatabaseFile): DatabaseLocation {
  const url = variables.parsed('DATABASE_URL', DATABASE_REMEDY, readPostgresUrl);
  return url === null ? { file: join(file.data, file.name) } : { url };
}

/**
 * Reads the settings that both roles have in common, and reports what is wrong with them.
 * @returns null for the keyring when it cannot be read: then there is a problem too
 */
export function readRoleSettings(
  variables: VariableReader,
  file: DatabaseFile,
): Omit<RoleSettings, 'keyring'> & { readonly keyring: Keyring | null } {
  variables.required('KEYFERRY_ENCRYPTION_KEYS', KEYGEN);
  return {
    database: readDatabaseLocation(variables, file),
    keyring: variables.parsed('KEYFERRY_ENCRYPTION_KEYS', KEYGEN, parseKeyring),
    sync: readSyncSettings(variables),
    apiKey: variables.parsed('KEYFERRY_API_KEY', KEYGEN, longEnough),
    allowPrivateAddresses: variables.flag('KEYFERRY_ALLOW_PRIVATE_ADDRESSES', false),
    trustProxy: variables.flag('KEYFERRY_TRUST_PROXY', false),
    calendsoKey: variables.parsed(CALENDSO_KEY_NAME, CALENDSO_REMEDY, readAesKey),
  };
}

function longEnough(text: string): string {
  if (text.length < 20) throw new Error('is shorter than 20 characters');
  return text;
}
