import { createCatalogue } from '../../apps/index.ts';
import {
  type Asking,
  checkDatabase,
  checkSealingKeys,
  checkSecrets,
  type Finding,
  findingsOf,
  NO_WIRE,
  wireOf,
} from '../../lib/doctor/index.ts';
import type { InstanceConfig } from '../config.ts';
import { INSTANCE_MIGRATIONS } from '../migrations.ts';
import { SEALED_COLUMNS } from '../sealed-columns.ts';
import { checkAppKeys } from './check-app-keys.ts';
import { checkPlatformSide } from './check-platform-side.ts';

/** Examines an instance: its database, and its platform as it looks from here. Changes nothing. */
export async function examineInstance(config: InstanceConfig, asking: Asking): Promise<Finding[]> {
  const findings = findingsOf('instance');
  const database = await checkDatabase(config.database, INSTANCE_MIGRATIONS, findings);
  const secrets = checkSecrets(config, findings);
  const keys = await checkSealingKeys(
    config.database,
    config.keyring,
    { role: 'instance', columns: SEALED_COLUMNS },
    findings,
  );
  const wire = wireOf(config.sync);
  if (wire === null)
    return [database, ...secrets, ...keys, findings.failed('secret', 'credential sharing is off', NO_WIRE)];
  const { endpoint } = config.sync;
  if (endpoint === null) {
    const remedy =
      'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT; until then an expired token waits for the next push.';
    return [
      database,
      ...secrets,
      ...keys,
      findings.warning('reachable', 'no platform is configured', remedy),
    ];
  }
  const catalogue = createCatalogue(config.providers, config.apps);
  const side = { endpoint, wire, slugs: [...catalogue.keys()] };
  const found = [database, ...secrets, ...keys, ...(await checkPlatformSide(asking, side, findings))];
  if (found.some(({ verdict }) => verdict === 'failed') || database.verdict !== 'ok') return found;
  return [...found, ...(await checkAppKeys({ config, catalogue }, asking, findings))];
}
