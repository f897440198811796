import type { OutboundAnswer } from '../../lib/outbound.ts';
import { encryptKeys, secretHeaders, WEBHOOK_PATH } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { OutboxRow } from '../store/index.ts';
import type { Target } from '../targets.ts';

/**
 * Sends a credential as Cal.com's document has it.
 * @param push.keys what is encrypted and sent, in its target's shape
 * @throws OutboundError; KeyferryError app_not_found
 * @see docs/protocol.md#5
 */
export async function sendPush(
  { outbound }: Pick<PlatformContext, 'outbound'>,
  { calcomUserId, appSlug }: Pick<OutboxRow, 'calcomUserId' | 'appSlug'>,
  { target, keys }: { target: Target; keys: unknown },
): Promise<OutboundAnswer> {
  return outbound(pushAddress(target), {
    method: 'POST',
    redirects: 'give',
    answer: 'begun',
    headers: { 'content-type': 'application/json', ...secretHeaders(target.secret, target.header) },
    body: JSON.stringify({
      userId: calcomUserId,
      appSlug,
      keys: encryptKeys(JSON.stringify(keys), target.encryptionKey),
    }),
  });
}

/** Where a target takes credentials. */
export function pushAddress({ webappUrl }: Pick<Target, 'webappUrl'>): string {
  return `${webappUrl}${WEBHOOK_PATH}`;
}
