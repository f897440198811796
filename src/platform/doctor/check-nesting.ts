import { type Catalogue, isFormApp } from '../../apps/index.ts';
import type { Finding, Findings } from '../../lib/doctor/index.ts';
import { CALENDSO_KEY_NAME } from '../../protocol/index.ts';
import type { PlatformConfig } from '../config.ts';

/** Whether what users enter can reach a Cal.com that keeps it sealed with its own key; nothing of a Keyferry. */
export function checkNesting(
  { targetKind, calendsoKey }: Pick<PlatformConfig, 'targetKind' | 'calendsoKey'>,
  catalogue: Catalogue,
  findings: Findings,
): Finding[] {
  if (targetKind !== 'calcom') return [];
  if (calendsoKey !== null)
    return [findings.notPossible('nesting', `a Cal.com does not tell its ${CALENDSO_KEY_NAME}`)];
  const nested = [...catalogue.values()].filter(app => isFormApp(app) && app.credential.nesting !== 'plain');
  const slugs = nested.map(({ slug }) => slug).join(', ');
  const remedy = `Set ${CALENDSO_KEY_NAME} to the value that the Cal.com has, if users connect one of these.`;
  return [findings.warning('nesting', `cannot be delivered without ${CALENDSO_KEY_NAME}: ${slugs}`, remedy)];
}
