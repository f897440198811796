import type { AppsFile } from '../apps/index.ts';
import { type InstanceConfig, readInstanceConfig } from '../instance/index.ts';
import {
  ConfigError,
  type ConfigProblem,
  type Env,
  readVariables,
  type VariableInForce,
} from '../lib/config.ts';
import { type PlatformConfig, readPlatformConfig } from '../platform/index.ts';
import { ENDPOINT_NAME, SYNC_PATH, WEBAPP_URL_NAME } from '../protocol/index.ts';
import { readApps } from './read-apps.ts';
import { readHostLogo } from './read-host-logo.ts';

const NO_APPS: AppsFile = { apps: [], providers: {} };
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where the roles of this process listen; null for one that does not run here. */
export interface Addresses {
  readonly instance: string | null;
  readonly platform: string | null;
}

export interface Configs {
  readonly instance: InstanceConfig | null;
  readonly platform: PlatformConfig | null;
  readonly logLevel: LogLevel;
  /** How long a process that gets SIGTERM serves on while it says that it is not ready, in milliseconds. */
  readonly drainMs: number;
}

export interface ConfigRequest {
  readonly env: Env;
  /** The folder of the SQLite files. */
  readonly data: string;
  readonly addresses: Addresses;
  readonly logLevel?: LogLevel;
  /** Where a variable's value comes from, for the settings page. */
  readonly sourceOf?: (name: string) => string | null;
}

/** Where both roles run in one process, each can tell the other's address. What is set wins. */
function withAddresses(env: Env, { instance, platform }: Addresses): Env {
  if (instance === null || platform === null) return env;
  return { [WEBAPP_URL_NAME]: instance, [ENDPOINT_NAME]: `${platform}${SYNC_PATH}`, ...env };
}

/**
 * Reads what the roles of this process need.
 * @throws ConfigError with the problems of all of them at once
 */
export function readConfigs({
  env,
  data,
  addresses,
  logLevel = 'info',
  sourceOf = () => null,
}: ConfigRequest): Configs {
  const problems: ConfigProblem[] = [];
  const complete = withAddresses(env, addresses);
  const { instance, platform } = addresses;
  const apps = gather(() => readApps(env), problems) ?? NO_APPS;
  const hostLogo = platform === null ? null : gather(() => readHostLogo(env), problems);
  const configs = {
    instance:
      instance === null
        ? null
        : gather(() => readInstanceConfig(complete, { data, publicUrl: instance, apps }), problems),
    platform:
      platform === null
        ? null
        : gather(() => readPlatformConfig(complete, { data, publicUrl: platform, apps, hostLogo }), problems),
  };
  const variables = readVariables(env);
  const level = variables.choice('KEYFERRY_LOG_LEVEL', LOG_LEVELS, logLevel);
  const drainMs = variables.parsed(DRAIN_NAME, 'Give 0 to 600.', readSeconds) ?? DRAIN_MS;
  add(problems, variables.problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    instance: configs.instance && withSources(configs.instance, sourceOf),
    platform: configs.platform && withSources(configs.platform, sourceOf),
    logLevel: level,
    drainMs,
  };
}

const DRAIN_NAME = 'KEYFERRY_DRAIN_SECONDS';
/** Longer than most load balancers look, and with the five seconds of the ports shorter than `docker stop` waits. */
const DRAIN_MS = 3_000;

function readSeconds(text: string): number {
  if (!/^\d{1,3}(?:\.\d+)?$/.test(text) || Number(text) > 600)
    throw new Error('is no number of seconds up to 600');
  return Number(text) * 1_000;
}

/** A value that nobody set was told by the other role of this process. */
function withSources<Config extends { readonly variables?: readonly VariableInForce[] }>(
  config: Config,
  sourceOf: (name: string) => string | null,
): Config {
  const variables = config.variables?.map(one => ({
    ...one,
    source: one.set ? (sourceOf(one.name) ?? 'this process') : null,
  }));
  return variables === undefined ? config : { ...config, variables };
}

/** What `read` gives, or null with its problems added. */
function gather<Config>(read: () => Config, problems: ConfigProblem[]): Config | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    add(problems, error.problems);
    return null;
  }
}

/** Both roles read the same variables: one fault is told once. */
function add(problems: ConfigProblem[], found: readonly ConfigProblem[]): void {
  for (const one of found) {
    if (!problems.some(known => known.variable === one.variable && known.problem === one.problem))
      problems.push(one);
  }
}
