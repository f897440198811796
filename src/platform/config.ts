import type { AppDefinition, AppsFile, ProviderOverrides } from '../apps/index.ts';
import { ConfigError, type Env, readVariables, type VariableInForce } from '../lib/config.ts';
import { type RoleSettings, readRoleSettings } from '../lib/role-settings.ts';
import { ENCRYPTION_KEY_NAME, SECRET_NAMES, WEBAPP_URL_NAME } from '../protocol/index.ts';
import { type HostLook, readHostLook } from './host-look.ts';
import { type HostWebhook, readHostWebhook } from './host-webhooks/index.ts';
import { TARGET_KINDS, type TargetKind } from './tables.ts';

/** All that a platform needs to know. What `sync` says of the instance at `webappUrl` is the default target. */
export interface PlatformConfig extends RoleSettings {
  /** Where browsers and the instance reach this platform. */
  readonly publicUrl: string;
  readonly providers: ProviderOverrides;
  /** Apps of the operator, beside those that Keyferry knows. */
  readonly apps?: readonly AppDefinition[];
  /** What was read to get here, for the settings page. */
  readonly variables?: readonly VariableInForce[];
  /** What the default target is: a Keyferry instance, or an unmodified Cal.com. */
  readonly targetKind: TargetKind;
  /** Whether refresh tokens travel to the default target. */
  readonly withRefreshToken: boolean;
  /** How the connect pages look. */
  readonly host?: HostLook;
  /** Where the host hears of events; nowhere where it is left out. */
  readonly hostWebhook?: HostWebhook | null;
}

export interface ReadOptions {
  /** What KEYFERRY_APPS_FILE says. */
  readonly apps?: AppsFile;
  /** The folder of the SQLite file. */
  readonly data?: string;
  /** Where KEYFERRY_PLATFORM_URL is not set. */
  readonly publicUrl?: string;
  /** What the file that KEYFERRY_HOST_LOGO names holds. */
  readonly hostLogo?: Uint8Array<ArrayBuffer> | null;
}

const NO_APPS: AppsFile = { apps: [], providers: {} };

/**
 * Reads a platform's configuration from variables.
 * @throws ConfigError with every problem at once
 */
export function readPlatformConfig(env: Env, options: ReadOptions = {}): PlatformConfig {
  const {
    data = 'data',
    publicUrl = 'http://localhost:5100',
    apps: file = NO_APPS,
    hostLogo = null,
  } = options;
  const variables = readVariables(env);
  const { keyring, ...settings } = readRoleSettings(variables, { data, name: 'platform.db' });
  variables.required(WEBAPP_URL_NAME, 'Set it to the web address of the instance.');
  if (settings.sync.secret === null && settings.sync.encryptionKey === null) {
    for (const name of [SECRET_NAMES[0], ENCRYPTION_KEY_NAME]) {
      variables.report(name, 'is not set', 'Set what the instance has; or make both with: keyferry keygen.');
    }
  }
  const platformUrl = variables.baseUrl('KEYFERRY_PLATFORM_URL');
  const targetKind = variables.choice('KEYFERRY_TARGET', TARGET_KINDS, 'keyferry');
  const withRefreshToken = variables.flag('KEYFERRY_DELIVER_REFRESH_TOKEN', false);
  const host = readHostLook(variables, hostLogo);
  const hostWebhook = readHostWebhook(variables);
  if (variables.problems.length > 0 || keyring === null) throw new ConfigError(variables.problems);
  return {
    ...settings,
    keyring,
    publicUrl: platformUrl ?? publicUrl,
    ...file,
    targetKind,
    withRefreshToken,
    host,
    variables: variables.inForce,
    hostWebhook,
  };
}
