import type { KeyObject } from 'node:crypto';
import { answerTick } from '../../lib/answer-tick.ts';
import { KeyferryError, type Push } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { readKeys, UNREADABLE } from '../receive.ts';
import type { StoredPush } from '../store/index.ts';

/**
 * Reads keys as the webhook does: decrypts, checks that they are a credential of the app, seals. Whatever is
 * wrong with them is told by one text, at one time.
 * @throws KeyferryError keys_unreadable
 * @see docs/protocol.md#2
 */
export async function readSealed(
  context: Pick<InstanceContext, 'config' | 'catalogue' | 'effects'>,
  push: Push,
  encryptionKey: KeyObject,
): Promise<StoredPush> {
  const began = performance.now();
  const read = readKeys(context, push, encryptionKey);
  if (typeof read !== 'string') return read;
  context.effects.log.warn({ userId: push.userId, app: push.appSlug, reason: read }, 'push refused');
  await answerTick(context.effects, began);
  throw new KeyferryError('keys_unreadable', UNREADABLE);
}
