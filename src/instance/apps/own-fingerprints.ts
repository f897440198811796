import { fingerprintKeys, type KeyFingerprints } from '../../apps/index.ts';
import type { InstanceContext } from '../context.ts';
import { readAppRows } from '../store/index.ts';

type Context = Pick<InstanceContext, 'catalogue' | 'config' | 'database'>;

/** The fingerprints of this instance's app keys under the shared secret. @throws KeyferryError sealed_unreadable */
export async function ownFingerprints(
  { catalogue, config, database }: Context,
  secret: string,
): Promise<KeyFingerprints> {
  const rows = await readAppRows(database, config.keyring);
  const keys = new Map(rows.flatMap(row => (row.keys === null ? [] : [[row.slug, row.keys] as const])));
  return fingerprintKeys(catalogue, keys, secret);
}
