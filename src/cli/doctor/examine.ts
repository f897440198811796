import { examineInstance } from '../../instance/index.ts';
import { ConfigError } from '../../lib/config.ts';
import { type Asking, type Finding, findingsOf, type Role, withAsking } from '../../lib/doctor/index.ts';
import { examinePlatform } from '../../platform/index.ts';
import { type Addresses, readConfigs } from '../configuration.ts';
import { type EnvironmentOptions, readEnvironment } from '../environment.ts';

/** Examines the roles that run here, and from each its other side. */
export async function examine(
  roles: readonly Role[],
  { data, file }: EnvironmentOptions,
): Promise<Finding[]> {
  return withAsking(Date.now, async asking => {
    const findings: Finding[] = [];
    for (const role of roles) findings.push(...(await examineRole(role, roles, { data, file }, asking)));
    return findings;
  });
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
