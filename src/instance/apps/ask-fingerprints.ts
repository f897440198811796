import { askPeerKeys, askSometimes, type PeerKeys } from '../../lib/ask-peer-keys.ts';
import type { InstanceContext } from '../context.ts';

type Context = Pick<InstanceContext, 'config' | 'outbound'>;

/** The path of a Keyferry's own sync endpoint: where it stands, its API is beside it. */
const SYNC_PATH = '/api/sync';

/** Makes a function that asks the platform for the fingerprints of its app keys, at most every 30 seconds. */
export function createAskFingerprints(
  context: Context & Pick<InstanceContext, 'effects'>,
): () => Promise<PeerKeys> {
  return askSometimes(context.effects.now, () => askFingerprints(context));
}

/** Asks the platform for the fingerprints of its app keys. */
export async function askFingerprints({ config, outbound }: Context): Promise<PeerKeys> {
  const { endpoint, secret, header } = config.sync;
  if (endpoint === null || secret === null || !endpoint.endsWith(SYNC_PATH)) return { kind: 'not_asked' };
  const base = endpoint.slice(0, -SYNC_PATH.length);
  return askPeerKeys(outbound, { role: 'platform', base, secret, header });
}
