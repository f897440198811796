import { isFormApp } from '../../apps/index.ts';
import { withoutQuery } from '../../lib/config.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { findHostWebhook } from '../host-webhooks/index.ts';
import { findConnection, type OutboxRow } from '../store/index.ts';
import { findTarget, type Target } from '../targets.ts';
import { findConnectableApp, openEntry, openGrant } from '../vault/index.ts';
import { entryKeys } from './entry-keys.ts';
import { grantKeys } from './grant-keys.ts';
import { kindsOf } from './kinds-of.ts';
import { deleteAddress } from './send-delete.ts';
import { pushAddress } from './send-push.ts';

/** A request as it would be sent. */
export interface DeliveryShape {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  /** The body: of a credential with kinds in the place of values; null where there is none. */
  readonly shape: unknown;
}

/**
 * What a delivery would send now, without any secret. Nothing is refreshed for it: a token that is to be
 * renewed before it goes has the same shape.
 * @throws KeyferryError not_found, connection_not_found, app_not_found, not_deliverable, sealed_unreadable
 */
export async function deliveryShape(context: PlatformContext, wish: OutboxRow): Promise<DeliveryShape> {
  if (wish.topic === 'host.event') return eventShape(context, wish);
  const target = await findTarget(context, wish.targetId);
  if (target === null) throw new KeyferryError('not_found', 'The target of this delivery is gone.');
  if (wish.topic === 'credential.push') return pushShape(context, wish, target);
  if (target.kind === 'calcom') {
    throw new KeyferryError('not_deliverable', 'Nothing is sent: Cal.com has no delete on this wire.', {
      remedy: 'Delete the credential at the Cal.com, where its user can do so too.',
    });
  }
  return { method: 'DELETE', url: deleteAddress(wish, target), shape: null };
}

async function pushShape(context: PlatformContext, wish: OutboxRow, target: Target): Promise<DeliveryShape> {
  const row = await findConnection(context.database.db, wish.connectionId);
  if (row === null) {
    throw new KeyferryError('connection_not_found', 'The connection of this delivery is gone.', {
      remedy: 'Nothing to do: nothing is sent any more.',
    });
  }
  const app = findConnectableApp(context, row.appSlug);
  const keys = isFormApp(app)
    ? entryKeys(app.credential, openEntry(context, row), target)
    : grantKeys(app.credential, openGrant(context, row).credential, target, context.effects.now());
  // On the wire the keys are one encrypted text; what is in it is what people look for.
  const shape = { userId: 'number', appSlug: 'string', keys: kindsOf(keys) };
  return { method: 'POST', url: pushAddress(target), shape };
}

async function eventShape(context: PlatformContext, { payload }: OutboxRow): Promise<DeliveryShape> {
  const webhook = await findHostWebhook(context);
  if (webhook === null) {
    throw new KeyferryError('not_deliverable', 'No webhook of the host is set.', {
      remedy: 'Set KEYFERRY_HOST_WEBHOOK_URL and KEYFERRY_HOST_WEBHOOK_SECRET, and start again.',
    });
  }
  return { method: 'POST', url: withoutQuery(webhook.url), shape: JSON.parse(payload ?? '{}') };
}
