import type { RoleSettings } from '../role-settings.ts';
import { weakSecrets } from '../weak-secrets.ts';
import type { Finding, Findings } from './finding.ts';

/** One warning for each secret that can be guessed or stands for another one too. */
export function checkSecrets(settings: RoleSettings, findings: Findings): Finding[] {
  return weakSecrets(settings).map(({ name, fault, remedy }) =>
    findings.warning('secrets', `${name} ${fault}`, remedy),
  );
}
