import { askPeerKeys, askSometimes, type PeerKeys } from '../../lib/ask-peer-keys.ts';
import { platformBase } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';

type Context = Pick<InstanceContext, 'config' | 'outbound'>;

/** Makes a function that asks the platform for the fingerprints of its app keys, at most every 30 seconds. */
export function createAskFingerprints(
  context: Context & Pick<InstanceContext, 'effects'>,
): () => Promise<PeerKeys> {
  return askSometimes(context.effects.now, () => askFingerprints(context));
}

/** Asks the platform for the fingerprints of its app keys. */
export async function askFingerprints({ config, outbound }: Context): Promise<PeerKeys> {
  const { endpoint, secret, header } = config.sync;
  const base = endpoint === null ? null : platformBase(endpoint);
  if (base === null || secret === null) return { kind: 'not_asked' };
  return askPeerKeys(outbound, { role: 'platform', base, secret, header });
}
