import type { KeyObject } from 'node:crypto';
import { CALENDSO_KEY_NAME, ENCRYPTION_KEY_NAME, SECRET_NAMES } from '../protocol/index.ts';
import type { Log } from './log.ts';
import type { RoleSettings } from './role-settings.ts';

/** The least of characters that nobody guesses over the network. */
const LEAST_CHARACTERS = 24;
/** Fewer different ones are a pattern, and no chance made them. */
const LEAST_DIFFERENT = 6;

/** A secret that can be guessed, or that opens more than it is for. */
export interface WeakSecret {
  /** The variable. */
  readonly name: string;
  /** What is wrong with it; never a part of it. */
  readonly fault: string;
  readonly remedy: string;
}

const MAKE = 'Make another one with: openssl rand -base64 32; and set it on both sides.';
const KEYGEN = 'Make another one with: keyferry keygen.';

/**
 * What is weak about the secrets of a role: too short, of few different characters, or equal to another. They serve all
 * the same: other programs have them too, and only the operator can change them there.
 */
export function weakSecrets({
  sync,
  apiKey,
  calendsoKey,
  keyring,
}: Pick<RoleSettings, 'sync' | 'apiKey' | 'calendsoKey' | 'keyring'>): WeakSecret[] {
  const typed = [
    { name: SECRET_NAMES[0], text: sync.secret, remedy: MAKE },
    { name: 'KEYFERRY_API_KEY', text: apiKey, remedy: KEYGEN },
  ];
  const keys = [
    { name: ENCRYPTION_KEY_NAME, text: textOf(sync.encryptionKey), remedy: KEYGEN },
    { name: CALENDSO_KEY_NAME, text: textOf(calendsoKey), remedy: KEYGEN },
  ];
  const found: WeakSecret[] = [];
  // A sealing key meets nobody who could guess at it; but it must not be what others know.
  const earlier = new Map([...keyring.keys].map(([id, key]) => [textOf(key), `the sealing key ${id}`]));
  for (const { name, text, remedy } of [...typed, ...keys]) {
    if (text === null) continue;
    const other = earlier.get(text);
    earlier.set(text, other ?? name);
    const fault = other === undefined ? faultOf(text) : `is equal to ${other}`;
    if (fault !== null) found.push({ name, fault, remedy });
  }
  return found;
}

/** One log line for each. */
export function warnOfWeakSecrets(settings: Parameters<typeof weakSecrets>[0], log: Pick<Log, 'warn'>): void {
  for (const { name, fault, remedy } of weakSecrets(settings)) {
    log.warn({ variable: name, remedy }, `weak secret: ${name} ${fault}`);
  }
}

function faultOf(text: string): string | null {
  if (text.length < LEAST_CHARACTERS) {
    return `has ${text.length} characters: under ${LEAST_CHARACTERS} it can be guessed`;
  }
  return new Set(text).size < LEAST_DIFFERENT ? 'repeats a few characters: it can be guessed' : null;
}

function textOf(key: KeyObject): string;
function textOf(key: KeyObject | null): string | null;
function textOf(key: KeyObject | null): string | null {
  return key === null ? null : key.export().toString('latin1');
}
