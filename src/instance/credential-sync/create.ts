import type { KeyObject } from 'node:crypto';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { whatIsMissing } from '../receive.ts';
import {
  type CalendarChoice,
  type StoredPush,
  type SyncedCredential,
  storeWithCalendar,
} from '../store/index.ts';
import { chooseCalendar } from './choose-calendar.ts';
import { readSealed } from './read.ts';

export interface SyncedPush {
  readonly userId: number;
  readonly appSlug: string;
  readonly encryptedKey: string;
  /** Whether the user's main calendar is to be looked at for conflicts. */
  readonly selected: boolean;
  /** Whether events are to be written into it. */
  readonly destination: boolean;
}

type Context = Pick<InstanceContext, 'config' | 'database' | 'catalogue' | 'effects' | 'outbound'>;

/**
 * Stores a credential that came over Cal.com's API v1, with the calendar that was asked for. All of it or
 * nothing: the provider is asked first, then one transaction writes.
 * @throws KeyferryError in Cal.com's words
 * @see docs/protocol.md#7
 */
export async function createSynced(
  context: Context,
  { userId, appSlug, encryptedKey, ...wanted }: SyncedPush,
  encryptionKey: KeyObject,
): Promise<SyncedCredential> {
  await refuseMissing(context, { userId, appSlug });
  const push = await readSealed(context, { userId, appSlug, keys: encryptedKey }, encryptionKey);
  const stored = await storeWithCalendar(context.database, push, await wantedCalendar(context, push, wanted));
  if (stored) return stored;
  // Gone or locked since it was looked at.
  await refuseMissing(context, { userId, appSlug });
  throw new KeyferryError('conflict', 'The user or the app changed meanwhile');
}

async function refuseMissing(context: Context, push: { userId: number; appSlug: string }): Promise<void> {
  const missing = await whatIsMissing(context, push);
  if (missing === null) return;
  context.effects.log.warn({ userId: push.userId, app: push.appSlug, reason: missing }, 'push refused');
  // Cal.com answers an unknown user with 400.
  throw new KeyferryError(missing === 'User not found' ? 'body_invalid' : 'app_not_found', missing);
}

async function wantedCalendar(
  context: Context,
  push: StoredPush,
  { selected, destination }: { selected: boolean; destination: boolean },
): Promise<CalendarChoice | null> {
  const isCalendar = context.catalogue.get(push.appId)?.categories.includes('calendar');
  if (!isCalendar || !(selected || destination)) return null;
  return { ...(await chooseCalendar(context, push)), selected, destination };
}
