import type { AdminApp } from '../../../src/instance/http/apps.ts';
import type { Verdict } from '../../../src/lib/http/app-keys.ts';
import { findApps } from '../../parts/categories.ts';

/** What an administrator looks for. */
export const SHOWN = [
  ['', 'All apps'],
  ['enabled', 'Enabled'],
  ['missing', 'Keys missing'],
  ['used', 'In use'],
  ['troubled', 'In trouble'],
  ['differs', 'Keys differ from the platform'],
] as const;

/** The apps of a category that a text and a filter leave. */
export function selectApps(
  apps: readonly AdminApp[],
  verdicts: ReadonlyMap<string, Verdict>,
  { category, search, show }: { category: string; search: string; show: string },
): AdminApp[] {
  return findApps(apps, { category, search }).filter(app => {
    if (show === 'enabled') return app.enabled;
    if (show === 'missing') return app.keysMissing;
    if (show === 'used') return app.held > 0;
    if (show === 'troubled') return app.troubled > 0;
    if (show === 'differs') return verdicts.get(app.slug)?.verdict === 'differs';
    return true;
  });
}
