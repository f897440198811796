import type { ProviderOverrides } from '../apps/index.ts';
import { ConfigError, type Env, readVariables } from '../lib/config.ts';
import { type RoleSettings, readRoleSettings } from '../lib/role-settings.ts';

/** All that an instance needs to know. */
export interface InstanceConfig extends RoleSettings {
  /** Where users and the platform reach this instance. */
  readonly publicUrl: string;
  readonly providers: ProviderOverrides;
}

export interface ReadOptions {
  /** The folder of the SQLite file. */
  readonly data?: string;
  /** Where CALCOM_WEBAPP_URL is not set. */
  readonly publicUrl?: string;
}

/**
 * Reads an instance's configuration from variables.
 * @throws ConfigError with every problem at once
 */
export function readInstanceConfig(env: Env, options: ReadOptions = {}): InstanceConfig {
  const { data = 'data', publicUrl = 'http://localhost:3000' } = options;
  const variables = readVariables(env);
  const { keyring, ...settings } = readRoleSettings(variables, { data, name: 'instance.db' });
  if (variables.problems.length > 0 || keyring === null) throw new ConfigError(variables.problems);
  return { ...settings, keyring, publicUrl: settings.sync.webappUrl ?? publicUrl, providers: {} };
}
