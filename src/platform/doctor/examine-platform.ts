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
import type { PlatformConfig } from '../config.ts';
import { PLATFORM_MIGRATIONS } from '../migrations.ts';
import { LASTING_COLUMNS } from '../sealed-columns.ts';
import { checkInstanceSide } from './check-instance-side.ts';
import { checkNesting } from './check-nesting.ts';

/** Examines a platform: its database, and its instance as it looks from here. Changes nothing. */
export async function examinePlatform(config: PlatformConfig, asking: Asking): Promise<Finding[]> {
  const findings = findingsOf('platform');
  const database = await checkDatabase(config.database, PLATFORM_MIGRATIONS, findings);
  const secrets = checkSecrets(config, findings);
  const keys = await checkSealingKeys(
    config.database,
    config.keyring,
    { role: 'platform', columns: LASTING_COLUMNS },
    findings,
  );
  const wire = wireOf(config.sync);
  if (wire === null)
    return [database, ...secrets, ...keys, findings.failed('secret', 'credential sharing is off', NO_WIRE)];
  const { webappUrl } = config.sync;
  if (webappUrl === null) {
    return [
      database,
      ...secrets,
      ...keys,
      findings.failed('reachable', 'no instance is configured', 'Set CALCOM_WEBAPP_URL to its address.'),
    ];
  }
  const catalogue = createCatalogue(config.providers, config.apps);
  const slugs = [...catalogue.keys()];
  return [
    database,
    ...secrets,
    ...keys,
    ...checkNesting(config, catalogue, findings),
    ...(await checkInstanceSide(asking, { webappUrl, wire, slugs, kind: config.targetKind }, findings)),
  ];
}
