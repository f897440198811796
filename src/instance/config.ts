import { join } from 'node:path';
import type { ProviderOverrides } from '../apps/index.ts';
import { ConfigError, type Env, readVariables } from '../lib/config.ts';
import type { DatabaseLocation } from '../lib/db/index.ts';
import { type Keyring, parseKeyring } from '../lib/sealed-box.ts';
import { readSyncSettings, type SyncSettings } from '../lib/sync-settings.ts';

/** All that an instance needs to know. */
export interface InstanceConfig {
  readonly database: DatabaseLocation;
  readonly keyring: Keyring;
  readonly sync: SyncSettings;
  /** The first admin API key, or null: the API stays closed. */
  readonly apiKey: string | null;
  /** Where users and the platform reach this instance. */
  readonly publicUrl: string;
  readonly providers: ProviderOverrides;
  readonly allowPrivateAddresses: boolean;
}

export interface ReadOptions {
  /** The folder of the SQLite file. */
  readonly data?: string;
  readonly publicUrl?: string;
}

/**
 * Reads an instance's configuration from variables.
 * @throws ConfigError with every problem at once
 */
export function readInstanceConfig(env: Env, { data = 'data', publicUrl }: ReadOptions = {}): InstanceConfig {
  const variables = readVariables(env);
  const sync = readSyncSettings(variables);
  const ring = 'Make one with: keyferry keygen.';
  variables.required('KEYFERRY_ENCRYPTION_KEYS', ring);
  const keyring = variables.parsed('KEYFERRY_ENCRYPTION_KEYS', ring, parseKeyring);
  const apiKey = variables.parsed('KEYFERRY_API_KEY', ring, longEnough);
  const url = variables.parsed('DATABASE_URL', 'Give postgres://user@host:5432/name.', postgresUrl);
  const allowPrivateAddresses = variables.flag('KEYFERRY_ALLOW_PRIVATE_ADDRESSES', false);
  if (variables.problems.length > 0 || keyring === null) throw new ConfigError(variables.problems);
  return {
    database: url === null ? { file: join(data, 'instance.db') } : { url },
    keyring,
    sync,
    apiKey,
    publicUrl: sync.webappUrl ?? publicUrl ?? 'http://localhost:3000',
    providers: {},
    allowPrivateAddresses,
  };
}

function longEnough(text: string): string {
  if (text.length < 20) throw new Error('is shorter than 20 characters');
  return text;
}

function postgresUrl(text: string): string {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new Error('is not a PostgreSQL address');
  return text;
}
