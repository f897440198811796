import type { AppDefinition, OAuthCredential, ProviderOverride, ProviderOverrides } from './definition.ts';
import { googleCalendar } from './google-calendar.ts';
import { zoom } from './zoom.ts';

export * from './definition.ts';

/** Every app, by slug. */
export type Catalogue = ReadonlyMap<string, AppDefinition>;

const APPS: readonly AppDefinition[] = [googleCalendar, zoom];

/** The store, with addresses overridden where the operator configured others. */
export function createCatalogue(overrides: ProviderOverrides = {}): Catalogue {
  return new Map(APPS.map(app => [app.slug, overridden(app, overrides[app.slug])]));
}

function overridden(app: AppDefinition, override: ProviderOverride | undefined): AppDefinition {
  if (override === undefined || app.credential.kind !== 'oauth2') return app;
  const { apiBase = app.credential.apiBase, ...endpoints } = override;
  const oauth = { ...app.credential.oauth, ...endpoints };
  return { ...app, credential: { ...app.credential, apiBase, oauth } };
}

/** An app whose credential is an OAuth grant. */
export type OAuthApp = AppDefinition & { readonly credential: OAuthCredential };

/** Whether users connect the app by the OAuth code flow. */
export function isOAuthApp(app: AppDefinition): app is OAuthApp {
  return app.credential.kind === 'oauth2';
}
