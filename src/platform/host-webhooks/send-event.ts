import { Webhook } from 'standardwebhooks';
import type { OutboundAnswer } from '../../lib/outbound.ts';
import type { PlatformContext } from '../context.ts';
import type { OutboxRow } from '../store/index.ts';
import { HOST_KEY_PREFIX } from './payload.ts';
import type { HostWebhook } from './webhook.ts';

/**
 * Tells the host of an event, signed by the Standard Webhooks scheme. The id is the same at each try; the
 * time is that of the try, and signed with it.
 * @throws OutboundError
 */
export async function sendEvent(
  { outbound, effects }: Pick<PlatformContext, 'outbound' | 'effects'>,
  { key, payload }: Pick<OutboxRow, 'key' | 'payload'>,
  { url, secrets }: HostWebhook,
): Promise<OutboundAnswer> {
  const id = key.slice(HOST_KEY_PREFIX.length);
  const body = payload ?? '{}';
  const at = new Date(effects.now());
  return outbound(url, {
    method: 'POST',
    redirects: 'give',
    answer: 'begun',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': secrets.map(secret => new Webhook(secret).sign(id, at, body)).join(' '),
    },
    body,
  });
}
