import { join } from 'node:path';
import type { ProviderOverrides } from '../apps/index.ts';
import { ConfigError, type Env, readVariables } from '../lib/config.ts';
import type { DatabaseLocation } from '../lib/db/index.ts';
import { type Keyring, parseKeyring } from '../lib/sealed-box.ts';
import { readSyncSettings, type SyncSettings } from '../lib/sync-settings.ts';
import { ENCRYPTION_KEY_NAME, SECRET_NAMES, WEBAPP_URL_NAME } from '../protocol/index.ts';

/** All that a platform needs to know. */
export interface PlatformConfig {
  readonly database: DatabaseLocation;
  readonly keyring: Keyring;
  /** What the instance at `webappUrl` shares with us: it is the default target. */
  readonly sync: SyncSettings;
  /** The key of the host's back end, and of the instance's API; or null: the API stays closed. */
  readonly apiKey: string | null;
  /** Where browsers and the instance reach this platform. */
  readonly publicUrl: string;
  readonly providers: ProviderOverrides;
  readonly allowPrivateAddresses: boolean;
  /** Whether refresh tokens travel to the default target. */
  readonly withRefreshToken: boolean;
}

export interface ReadOptions {
  /** The folder of the SQLite file. */
  readonly data?: string;
  /** Where KEYFERRY_PLATFORM_URL is not set. */
  readonly publicUrl?: string;
}

const KEYGEN = 'Make one with: keyferry keygen.';

/**
 * Reads a platform's configuration from variables.
 * @throws ConfigError with every problem at once
 */
export function readPlatformConfig(env: Env, { data = 'data', publicUrl }: ReadOptions = {}): PlatformConfig {
  const variables = readVariables(env);
  const sync = readSyncSettings(variables);
  variables.required(WEBAPP_URL_NAME, 'Set it to the web address of the instance.');
  if (sync.secret === null && sync.encryptionKey === null) {
    variables.report(
      SECRET_NAMES[0],
      'is not set',
      'Set the secret that the instance has; or: keyferry keygen.',
    );
    variables.report(
      ENCRYPTION_KEY_NAME,
      'is not set',
      'Set the key that the instance has; or: keyferry keygen.',
    );
  }
  variables.required('KEYFERRY_ENCRYPTION_KEYS', KEYGEN);
  const keyring = variables.parsed('KEYFERRY_ENCRYPTION_KEYS', KEYGEN, parseKeyring);
  const apiKey = variables.parsed('KEYFERRY_API_KEY', KEYGEN, longEnough);
  const url = variables.parsed('DATABASE_URL', 'Give postgres://user@host:5432/name.', postgresUrl);
  const platformUrl = variables.url('KEYFERRY_PLATFORM_URL');
  const allowPrivateAddresses = variables.flag('KEYFERRY_ALLOW_PRIVATE_ADDRESSES', false);
  const withRefreshToken = variables.flag('KEYFERRY_DELIVER_REFRESH_TOKEN', false);
  if (variables.problems.length > 0 || keyring === null) throw new ConfigError(variables.problems);
  return {
    database: url === null ? { file: join(data, 'platform.db') } : { url },
    keyring,
    sync,
    apiKey,
    publicUrl: platformUrl ?? publicUrl ?? 'http://localhost:5100',
    providers: {},
    allowPrivateAddresses,
    withRefreshToken,
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
