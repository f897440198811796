import { createCatalogue } from '../../apps/index.ts';
import { INSTANCE_MIGRATIONS, type InstanceConfig } from '../../instance/index.ts';
import { ConfigError } from '../../lib/config.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { PLATFORM_MIGRATIONS, type PlatformConfig } from '../../platform/index.ts';
import { type Addresses, readConfigs } from '../configuration.ts';
import { type EnvironmentOptions, readEnvironment } from '../environment.ts';
import { type Asking, wireOf } from './ask.ts';
import { checkDatabase } from './check-database.ts';
import { checkInstanceSide } from './check-instance-side.ts';
import { checkNesting } from './check-nesting.ts';
import { checkPlatformSide } from './check-platform-side.ts';
import { type Finding, findingsOf, type Role } from './finding.ts';

const NO_WIRE =
  'Set CALCOM_WEBHOOK_SECRET and CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: keyferry keygen makes both.';

/** Examines the roles that run here, and from each its other side. */
export async function examine(
  roles: readonly Role[],
  { data, file }: EnvironmentOptions,
): Promise<Finding[]> {
  const outbound = createOutbound({ deadlineMs: 10_000, maxBytes: 256 * 1024, addresses: 'any' });
  const asking: Asking = { outbound, now: Date.now };
  try {
    const findings: Finding[] = [];
    for (const role of roles) findings.push(...(await examineRole(role, roles, { data, file }, asking)));
    return findings;
  } finally {
    await outbound.close();
  }
}

async function examineRole(
  role: Role,
  roles: readonly Role[],
  { data, file }: EnvironmentOptions,
  asking: Asking,
): Promise<Finding[]> {
  const findings = findingsOf(role);
  try {
    const env = readEnvironment({ file, data });
    const configs = readConfigs({ env, data, addresses: defaultAddresses(roles) });
    const variables = findings.ok('variables', 'all of them can be used');
    if (role === 'instance' && configs.instance) {
      return [variables, ...(await examineInstance(configs.instance, asking))];
    }
    return configs.platform ? [variables, ...(await examinePlatform(configs.platform, asking))] : [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, problem, remedy }) =>
      findings.failed('variables', `${variable} ${problem}`, remedy),
    );
  }
}

/** Where "up" listens when nothing else is said. */
function defaultAddresses(roles: readonly Role[]): Addresses {
  return {
    instance: roles.includes('instance') ? 'http://127.0.0.1:3000' : null,
    platform: roles.includes('platform') ? 'http://127.0.0.1:5100' : null,
  };
}

async function examineInstance(config: InstanceConfig, asking: Asking): Promise<Finding[]> {
  const findings = findingsOf('instance');
  const database = await checkDatabase(config.database, INSTANCE_MIGRATIONS, findings);
  const wire = wireOf(config.sync);
  if (wire === null) return [database, findings.failed('secret', 'credential sharing is off', NO_WIRE)];
  const { endpoint } = config.sync;
  if (endpoint === null) {
    const remedy =
      'Set CALCOM_CREDENTIAL_SYNC_ENDPOINT; until then an expired token waits for the next push.';
    return [database, findings.warning('reachable', 'no platform is configured', remedy)];
  }
  const slugs = [...createCatalogue(config.providers, config.apps).keys()];
  return [database, ...(await checkPlatformSide(asking, { endpoint, wire, slugs }, findings))];
}

async function examinePlatform(config: PlatformConfig, asking: Asking): Promise<Finding[]> {
  const findings = findingsOf('platform');
  const database = await checkDatabase(config.database, PLATFORM_MIGRATIONS, findings);
  const wire = wireOf(config.sync);
  if (wire === null) return [database, findings.failed('secret', 'credential sharing is off', NO_WIRE)];
  const { webappUrl } = config.sync;
  if (webappUrl === null) {
    return [
      database,
      findings.failed('reachable', 'no instance is configured', 'Set CALCOM_WEBAPP_URL to its address.'),
    ];
  }
  const catalogue = createCatalogue(config.providers, config.apps);
  const slugs = [...catalogue.keys()];
  return [
    database,
    ...checkNesting(config, catalogue, findings),
    ...(await checkInstanceSide(asking, { webappUrl, wire, slugs, kind: config.targetKind }, findings)),
  ];
}
