import type { Verdict } from '../../../src/lib/http/app-keys.ts';
import { findApps } from '../../parts/categories.ts';
import type { PlatformApp } from '../shapes.ts';

/** What an operator looks for. */
export const SHOWN = [
  ['', 'All apps'],
  ['set', 'Keys set'],
  ['missing', 'Keys missing'],
  ['used', 'In use'],
  ['troubled', 'In trouble'],
  ['refused', 'Client refused'],
  ['differs', 'Keys differ from the instance'],
] as const;

/** How users connect an app, by its kind; what is not here they do not connect. */
const KINDS: Readonly<Record<string, string>> = {
  oauth2: 'OAuth',
  basic: 'User name and password',
  api_key: 'API key of the user',
  oauth2_client_credentials: 'Client of the user',
  url_list: 'Addresses of feeds',
  external_user_id: 'ID at the provider',
  oauth2_setup_only: 'Account at the provider',
  identity_token: 'Identity token',
};

/** How users connect an app; null where there is nothing that they could connect. */
export function kindName({ kind }: Pick<PlatformApp, 'kind'>): string | null {
  return KINDS[kind] ?? null;
}

/** How it is with the keys of an app. */
export type KeysState = 'none' | 'missing' | 'set' | 'refused' | 'untried';

/** `untried`: they were changed since the provider refused the client, and nobody has tried them. */
export function keysState(
  app: Pick<PlatformApp, 'fields' | 'keysMissing' | 'keysSetAt' | 'refusedAt'>,
): KeysState {
  const { fields, keysMissing, keysSetAt, refusedAt } = app;
  if (fields.length === 0) return 'none';
  if (keysMissing) return 'missing';
  if (refusedAt === null) return 'set';
  return (keysSetAt ?? 0) > refusedAt ? 'untried' : 'refused';
}

/** The apps of a category that a text and a filter leave. */
export function selectApps(
  apps: readonly PlatformApp[],
  verdicts: ReadonlyMap<string, Verdict>,
  { category, search, show }: { category: string; search: string; show: string },
): PlatformApp[] {
  return findApps(apps, { category, search }).filter(app => {
    const state = keysState(app);
    if (show === 'set') return !app.keysMissing && state !== 'none';
    if (show === 'missing') return state === 'missing';
    if (show === 'used') return app.held > 0;
    if (show === 'troubled') return app.troubled > 0;
    if (show === 'refused') return state === 'refused' || state === 'untried';
    if (show === 'differs') return verdicts.get(app.slug)?.verdict === 'differs';
    return true;
  });
}

/** When the provider ends the client secret, in epoch milliseconds, as the operator entered it; or null. */
export function secretEnd({ fields }: Pick<PlatformApp, 'fields'>): number | null {
  const value = fields.find(({ name }) => name === 'client_secret_expires_at')?.value;
  return typeof value === 'string' ? Date.parse(value) : null;
}
