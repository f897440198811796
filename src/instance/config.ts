import type { AppDefinition, AppsFile, ProviderOverrides } from '../apps/index.ts';
import { ConfigError, type Env, readVariables, type VariableInForce } from '../lib/config.ts';
import type { DatabaseLocation } from '../lib/db/index.ts';
import { type RoleSettings, readDatabaseLocation, readRoleSettings } from '../lib/role-settings.ts';
import { readConnectTemplate } from './apps/connect-link.ts';

/** All that an instance needs to know. */
export interface InstanceConfig extends RoleSettings {
  /** Where users and the platform reach this instance. */
  readonly publicUrl: string;
  readonly providers: ProviderOverrides;
  /** Apps of the operator, beside those that Keyferry knows. */
  readonly apps?: readonly AppDefinition[];
  /** Where users connect apps at the platform, with {app} and {userId} in it; absent where nobody said. */
  readonly connectUrl?: string | null;
  /** What was read to get here, for the settings page. */
  readonly variables?: readonly VariableInForce[];
}

export interface ReadOptions {
  /** What KEYFERRY_APPS_FILE says. */
  readonly apps?: AppsFile;
  /** The folder of the SQLite file. */
  readonly data?: string;
  /** Where CALCOM_WEBAPP_URL is not set. */
  readonly publicUrl?: string;
}

const CONNECT_REMEDY = 'Give an address such as https://product.example/apps?app={app}&user={userId}.';

/** The name of the SQLite file. */
const DATABASE_FILE = 'instance.db';

const NO_APPS: AppsFile = { apps: [], providers: {} };

/**
 * Reads where an instance's database is, and nothing else.
 * @throws ConfigError when DATABASE_URL is none
 */
export function readInstanceDatabase(env: Env, data: string): DatabaseLocation {
  const variables = readVariables(env);
  const location = readDatabaseLocation(variables, { data, name: DATABASE_FILE });
  if (variables.problems.length > 0) throw new ConfigError(variables.problems);
  return location;
}

/**
 * Reads an instance's configuration from variables.
 * @throws ConfigError with every problem at once
 */
export function readInstanceConfig(env: Env, options: ReadOptions = {}): InstanceConfig {
  const { data = 'data', publicUrl = 'http://localhost:3000', apps: file = NO_APPS } = options;
  const variables = readVariables(env);
  const { keyring, ...settings } = readRoleSettings(variables, { data, name: DATABASE_FILE });
  const connectUrl = variables.parsed('KEYFERRY_CONNECT_URL', CONNECT_REMEDY, readConnectTemplate);
  if (variables.problems.length > 0 || keyring === null) throw new ConfigError(variables.problems);
  return {
    ...settings,
    keyring,
    publicUrl: settings.sync.webappUrl ?? publicUrl,
    connectUrl,
    ...file,
    variables: variables.inForce,
  };
}
