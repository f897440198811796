import type { KeyObject } from 'node:crypto';
import { type AppDefinition, type FormCredential, isFormApp, isOAuthApp } from '../apps/index.ts';
import { decryptKeys, KeyferryError, readCredential, tokenCredentialSchema } from '../protocol/index.ts';

/** What a push carried, judged by its app. */
export interface Pushed {
  /** What is sealed and stored: JSON, members that the app's schema does not know included. */
  readonly text: string;
  /** Epoch milliseconds; null: nobody said, or it does not expire. */
  readonly expiresAt: number | null;
}

/**
 * Judges a decrypted push by its app: tokens, what a user entered, or for the other apps any object, as
 * Cal.com stores `{}` for them. A text sealed with Cal.com's own key is opened where that key is known, else
 * kept as it came.
 * @param calendsoKey CALENDSO_ENCRYPTION_KEY, or null
 * @param now epoch milliseconds
 * @throws z.ZodError naming the members at fault, KeyferryError, SyntaxError, UndecryptableError
 */
export function readPushed(
  app: AppDefinition,
  value: unknown,
  { calendsoKey, now }: { calendsoKey: KeyObject | null; now: number },
): Pushed {
  if (isFormApp(app)) return { text: entryText(app.credential, value, calendsoKey), expiresAt: null };
  if (!isOAuthApp(app)) {
    if (!isObject(value)) throw noCredential();
    return { text: JSON.stringify(value), expiresAt: null };
  }
  const { wire, expiresAt } = readCredential(value, now);
  // What every token must have was checked by the reading.
  if (app.credential.schema !== tokenCredentialSchema) app.credential.schema.parse(wire);
  return { text: JSON.stringify(wire), expiresAt };
}

function entryText(credential: FormCredential, value: unknown, key: KeyObject | null): string {
  const nested = nestedText(credential, value);
  if (nested !== null && key === null) {
    if (!CIPHERTEXT.test(nested)) throw noCredential();
    return JSON.stringify(value);
  }
  return JSON.stringify(openEntry(credential, value, key));
}

/**
 * What a user entered, out of what was pushed or stored.
 * @throws z.ZodError, SyntaxError, UndecryptableError; KeyferryError keys_unreadable without the key
 */
export function openEntry(
  credential: Pick<FormCredential, 'nesting' | 'schema'>,
  value: unknown,
  key: KeyObject | null,
): Readonly<Record<string, unknown>> {
  const nested = nestedText(credential, value);
  const entry = nested === null ? value : JSON.parse(decryptKeys(nested, needed(key)));
  // The schema's copy has texts made numbers, and may lose what it does not know.
  return { ...entry, ...credential.schema.parse(entry) };
}

/** The text inside that Cal.com's own key seals, where the app is one that has such. */
function nestedText({ nesting }: Pick<FormCredential, 'nesting'>, value: unknown): string | null {
  if (nesting === 'string' && typeof value === 'string') return value;
  if (nesting !== 'encrypted_member' || !isObject(value)) return null;
  return typeof value.encrypted === 'string' ? value.encrypted : null;
}

const CIPHERTEXT = /^[0-9a-f]{32}:(?:[0-9a-f]{32})+$/i;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function needed(key: KeyObject | null): KeyObject {
  if (key !== null) return key;
  throw new KeyferryError('keys_unreadable', 'It was pushed sealed with a key that this instance has not.', {
    remedy: 'Set CALENDSO_ENCRYPTION_KEY to the value that the platform has.',
  });
}

function noCredential(): KeyferryError {
  return new KeyferryError('body_invalid', 'It is no credential of this app.');
}
