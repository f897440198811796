import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigError, type Env } from '../lib/config.ts';

/** Where the sandbox keeps what it generated, below the data folder. */
export const SECRETS_FILE = 'secrets.env';

export interface EnvironmentOptions {
  /** A file that must be there; ./.env is read where it exists. */
  readonly file: string | undefined;
  /** The data folder: its secrets.env fills in what nobody set. */
  readonly data: string;
}

/**
 * The variables of this process. The process environment wins over the file, the file over what the sandbox
 * once generated. The one place that reads process.env.
 * @throws ConfigError when a named file cannot be read
 */
export function readEnvironment({ file, data }: EnvironmentOptions): Env {
  const given: Env = { ...readEnvFile(file ?? '.env', file !== undefined), ...process.env };
  return withGenerated(given, readEnvFile(join(data, SECRETS_FILE), false));
}

/**
 * Tells of each variable where its value comes from, in words for an operator.
 * @returns null for one that nobody set
 */
export function environmentSources({ file, data }: EnvironmentOptions): (name: string) => string | null {
  const places: [Env, string][] = [
    [process.env, 'the environment'],
    [readEnvFile(file ?? '.env', file !== undefined), file ?? '.env'],
    [readEnvFile(join(data, SECRETS_FILE), false), join(data, SECRETS_FILE)],
  ];
  return name => places.find(([env]) => (env[name] ?? '') !== '')?.[1] ?? null;
}

/** Two names of one setting: where one is set, a generated value for the other would contradict it. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  CALCOM_WEBHOOK_SECRET: ['CALCOM_CREDENTIAL_SYNC_SECRET'],
  CALCOM_WEBHOOK_HEADER_NAME: ['CALCOM_CREDENTIAL_SYNC_HEADER_NAME'],
};

/** Whether a setting has a value under any of its names. */
export function isSet(env: Env, name: string): boolean {
  return [name, ...(ALIASES[name] ?? [])].some(known => env[known] !== undefined && env[known] !== '');
}

/** Adds the generated values of what is not set. */
export function withGenerated(env: Env, generated: Env): Env {
  return { ...env, ...Object.fromEntries(Object.entries(generated).filter(([name]) => !isSet(env, name))) };
}

/** The variables of a file; none when it is absent and need not be there. */
export function readEnvFile(path: string, required: boolean): Env {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    if (code === 'ENOENT' && !required) return {};
    throw new ConfigError([
      {
        variable: path,
        problem: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`,
        remedy: 'Name a file of lines NAME=value with --env; "keyferry keygen > .env" makes one.',
      },
    ]);
  }
}
