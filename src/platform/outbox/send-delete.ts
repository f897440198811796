import type { OutboundAnswer } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { OutboxRow } from '../store/index.ts';
import type { Target } from '../targets.ts';

/**
 * Has a target delete a user's credential for an app.
 * @throws OutboundError; KeyferryError unauthenticated when we have no key for its API
 */
export async function sendDelete(
  { outbound }: Pick<PlatformContext, 'outbound'>,
  wish: Pick<OutboxRow, 'calcomUserId' | 'appSlug'>,
  { webappUrl, apiKey }: Pick<Target, 'webappUrl' | 'apiKey'>,
): Promise<OutboundAnswer> {
  if (apiKey === null) {
    throw new KeyferryError('unauthenticated', 'There is no API key for the target.', {
      remedy: 'Set KEYFERRY_API_KEY to the key of the instance.',
    });
  }
  return outbound(deleteAddress(wish, { webappUrl }), {
    method: 'DELETE',
    redirects: 'give',
    answer: 'begun',
    headers: { authorization: `Bearer ${apiKey}` },
  });
}

/** What is called so that a target deletes a credential. */
export function deleteAddress(
  { calcomUserId, appSlug }: Pick<OutboxRow, 'calcomUserId' | 'appSlug'>,
  { webappUrl }: Pick<Target, 'webappUrl'>,
): string {
  const query = new URLSearchParams({ userId: String(calcomUserId), appSlug });
  return `${webappUrl}/api/keyferry/v1/credentials?${query}`;
}
