import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { answerTick } from '../lib/answer-tick.ts';
import { seal } from '../lib/sealed-box.ts';
import {
  decryptKeys,
  isKeyferryError,
  MAX_ID,
  type Push,
  parsePush,
  presentedSecret,
  pushAnswer,
  secretMatches,
} from '../protocol/index.ts';
import type { InstanceContext } from './context.ts';
import { readPushed } from './read-pushed.ts';
import { appRowExists, credentialIdentity, type StoredPush, userExists } from './store/index.ts';

/** The longest body that is read, in bytes. */
export const PUSH_BYTES = 256 * 1024;

export interface PushRequest {
  /** A request header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** @throws KeyferryError body_too_large */
  readonly body: () => Promise<string>;
}

export interface PushAnswer {
  readonly status: 200 | 400 | 403 | 404 | 413;
  readonly body: Readonly<Record<string, unknown>>;
}

type Context = Pick<InstanceContext, 'config' | 'database' | 'catalogue' | 'effects' | 'pushes'>;
type Reader = Pick<InstanceContext, 'config' | 'catalogue' | 'effects'>;

/**
 * Receives a credential: secret, body, user and app, decrypt, schema, seal, one write. The order of the
 * answers is Cal.com's, although the work is done in another: what is good is written by one statement that
 * checks user and app itself.
 * @see docs/protocol.md#5
 */
export async function receiveCredential(context: Context, request: PushRequest): Promise<PushAnswer> {
  const { secret, encryptionKey } = context.config.sync;
  if (secret === null || encryptionKey === null) return refuse(403, 'Credential sharing is not enabled');
  if (!callerHoldsSecret(context, request.header)) return refuse(403, 'Invalid credential sync secret');
  let body: string;
  try {
    body = await request.body();
  } catch (error) {
    if (isKeyferryError(error) && error.code === 'body_too_large') return refuse(413, error.message);
    throw error;
  }
  return receivePush(context, body, encryptionKey);
}

/** Step 2 of docs/protocol.md#5. */
export function callerHoldsSecret(
  { config }: Pick<InstanceContext, 'config'>,
  header: PushRequest['header'],
): boolean {
  const { secret, header: name } = config.sync;
  return secret !== null && secretMatches(presentedSecret(header, name), secret);
}

/** Steps 3 and on of docs/protocol.md#5, for a caller who holds the secret. */
export async function receivePush(context: Context, body: string, key: KeyObject): Promise<PushAnswer> {
  const push = readPush(body);
  if ('status' in push) return push;
  const began = performance.now();
  const read = readKeys(context, push, key);
  if (typeof read !== 'string') {
    context.effects.step?.('receive.read');
    const outcome = await context.pushes.add(read);
    context.effects.step?.('receive.stored');
    if (outcome !== 'missing') return { status: 200, body: pushAnswer(push.userId, outcome === 'created') };
  }
  const missing = await whatIsMissing(context, push);
  const reason = missing ?? (typeof read === 'string' ? read : 'gone');
  // An unknown slug is whatever the sender put there.
  const app = context.catalogue.has(push.appSlug) ? push.appSlug : null;
  context.effects.log.warn({ userId: push.userId, app, reason }, 'push refused');
  // The time of an answer must not tell how far the decryption got.
  await answerTick(context.effects, began);
  return missing === null ? refuse(400, UNREADABLE) : refuse(404, missing);
}

/** The one text for keys that cannot be read, whatever is wrong with them. @see docs/protocol.md#2 */
export const UNREADABLE =
  'The keys cannot be read. They must be a credential of this app: JSON text, encrypted with AES-256-CBC ' +
  'under the CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY of this instance';

function refuse(status: Exclude<PushAnswer['status'], 200>, message: string): PushAnswer {
  return { status, body: { message } };
}

/** Steps 3 and 4 of docs/protocol.md#5: JSON, schema, range. */
function readPush(text: string): Push | PushAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return refuse(400, 'The body is not JSON');
  }
  const push = parsePush(body);
  if (!('userId' in push)) {
    const names = push.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
    return { status: 400, body: { message: `The body is not a push. ${names}`, error: push } };
  }
  const { userId } = push;
  if (userId > MAX_ID || userId < -MAX_ID - 1) return refuse(400, 'userId is out of range');
  return push;
}

/** Decrypts, checks that it is a credential of its app and seals; a reason for the log alone when it cannot. */
export function readKeys(
  context: Reader,
  { userId, appSlug, keys }: Push,
  key: KeyObject,
): StoredPush | string {
  const { config, catalogue, effects } = context;
  const app = catalogue.get(appSlug);
  if (!app) return 'unknown app';
  const at = effects.now();
  const row = { userId, appId: appSlug, account: '' };
  try {
    const { calendsoKey } = config;
    const { text, expiresAt } = readPushed(app, JSON.parse(decryptKeys(keys, key)), { calendsoKey, now: at });
    const sealedKey = seal(config.keyring, text, credentialIdentity(row));
    return { ...row, type: app.type, sealedKey, expiresAt, at };
  } catch (error) {
    return reasonOf(error);
  }
}

/** What is wrong, by the names of members, never their values. */
function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return error.issues.map(({ path }) => path.join('.') || 'keys').join(', ');
  return error instanceof Error ? error.name : 'unreadable';
}

/** Steps 5 to 7: Cal.com's words for what is not there, or null. */
export async function whatIsMissing(
  { database, catalogue }: Pick<InstanceContext, 'database' | 'catalogue'>,
  push: Pick<Push, 'userId' | 'appSlug'>,
): Promise<string | null> {
  if (!(await userExists(database, push.userId))) return 'User not found';
  if (!(await appRowExists(database, push.appSlug))) return 'App not found';
  if (!catalogue.has(push.appSlug)) return 'App not found. Ensure that you have the correct app slug';
  return null;
}
