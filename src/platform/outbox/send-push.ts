import type { OutboundAnswer } from '../../lib/outbound.ts';
import { encryptKeys, secretHeaders, WEBHOOK_PATH, writeCredential } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { OutboxRow } from '../store/index.ts';
import type { Target } from '../targets.ts';
import type { Grant } from '../vault/index.ts';

/**
 * Sends a credential as Cal.com's document has it, shaped for its target.
 * @throws OutboundError
 * @see docs/protocol.md#5
 */
export async function sendPush(
  { outbound, effects }: Pick<PlatformContext, 'outbound' | 'effects'>,
  { calcomUserId, appSlug }: Pick<OutboxRow, 'calcomUserId' | 'appSlug'>,
  { target, grant }: { target: Target; grant: Grant },
): Promise<OutboundAnswer> {
  const keys = writeCredential(grant.credential, effects.now(), target);
  return outbound(`${target.webappUrl}${WEBHOOK_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...secretHeaders(target.secret, target.header) },
    body: JSON.stringify({
      userId: calcomUserId,
      appSlug,
      keys: encryptKeys(JSON.stringify(keys), target.encryptionKey),
    }),
  });
}
