import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../lib/config.ts';
import { isSet, readEnvFile, SECRETS_FILE, withGenerated } from '../environment.ts';
import { freshSecrets } from '../keygen.ts';

/** The OAuth client of the emulated Google, beside the secrets of the roles. */
export const GOOGLE_CLIENT_ID = 'KEYFERRY_SANDBOX_GOOGLE_CLIENT_ID';
export const GOOGLE_CLIENT_SECRET = 'KEYFERRY_SANDBOX_GOOGLE_CLIENT_SECRET';

/**
 * Fills in the secrets that nobody set. They are generated once, kept in secrets.env of the data folder
 * (readable by its owner alone) and taken from there at every later start.
 * @param now epoch milliseconds
 * @returns the variables, complete
 */
export function ensureSecrets(env: Env, data: string, now: number): Env {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  const file = join(data, SECRETS_FILE);
  const kept = readEnvFile(file, false);
  const fresh = Object.entries(generate(now)).filter(([name]) => !isSet(env, name) && !isSet(kept, name));
  const all = { ...kept, ...Object.fromEntries(fresh) };
  if (fresh.length > 0) writeWhole(file, secretsText(all));
  return withGenerated(env, all);
}

function generate(now: number): Env {
  return {
    ...freshSecrets(new Date(now)),
    [GOOGLE_CLIENT_ID]: `${randomBytes(6).toString('hex')}.apps.sandbox.test`,
    [GOOGLE_CLIENT_SECRET]: randomBytes(24).toString('base64url'),
  };
}

function secretsText(values: Env): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [
    '# Made by "keyferry up --sandbox". What stands in .env or in the environment wins over it.',
    '# KEYFERRY_ENCRYPTION_KEYS opens the databases beside this file: keep them together.',
    ...lines,
    '',
  ].join('\n');
}

/** Writes a file whole or not at all, also when the power fails half-way. */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${randomUUID()}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}
