import { type Catalogue, compareKeys } from '../../apps/index.ts';
import { openDatabase } from '../../lib/db/index.ts';
import type { Asking, Finding, Findings } from '../../lib/doctor/index.ts';
import { isKeyferryError } from '../../protocol/index.ts';
import { askFingerprints, ownFingerprints } from '../apps/index.ts';
import type { InstanceConfig } from '../config.ts';
import type { InstanceTables } from '../tables.ts';

const CHECK = 'app keys';

/**
 * Whether the client ids and secrets here are the platform's: a warning for each app where they are not.
 * Nothing is told where neither side has keys, or the platform is none that tells.
 */
export async function checkAppKeys(
  { config, catalogue }: { readonly config: InstanceConfig; readonly catalogue: Catalogue },
  { outbound }: Asking,
  findings: Findings,
): Promise<Finding[]> {
  const { secret } = config.sync;
  const theirs = await askFingerprints({ config, outbound });
  if (secret === null || theirs.kind !== 'known') return [];
  const database = openDatabase<InstanceTables>(config.database);
  try {
    const ours = await ownFingerprints({ catalogue, config, database }, secret);
    const compared = compareKeys(catalogue, ours, theirs.fingerprints);
    const differing = compared.filter(({ verdict }) => verdict === 'differs');
    const same = compared.filter(({ verdict }) => verdict === 'same');
    if (differing.length === 0 && same.length > 0) {
      return [findings.ok(CHECK, `the same on both sides, of as many apps: ${same.length}`)];
    }
    return differing.map(({ slug, differing: names }) =>
      findings.warning(
        CHECK,
        `${slug}: ${names.join(', ')} differs from the platform`,
        'Enter the same client id and secret on settings/admin/apps and at the platform.',
      ),
    );
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    return [findings.failed(CHECK, error.message, error.remedy ?? 'Look at the log of the instance.')];
  } finally {
    await database.close();
  }
}
