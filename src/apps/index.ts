import type {
  AppDefinition,
  FormCredential,
  OAuthCredential,
  ProviderOverride,
  ProviderOverrides,
} from './definition.ts';
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
  if (override === undefined) return app;
  if (isFormApp(app)) {
    const { apiBase = app.credential.apiBase } = override;
    return apiBase === undefined ? app : { ...app, credential: { ...app.credential, apiBase } };
  }
  if (!isOAuthApp(app)) return app;
  const { apiBase = app.credential.apiBase, appTokenEndpoint, ...endpoints } = override;
  const { appToken } = app.credential.oauth;
  const moved =
    appToken && appTokenEndpoint ? { appToken: { ...appToken, endpoint: appTokenEndpoint } } : undefined;
  const oauth = { ...app.credential.oauth, ...endpoints, ...moved };
  return { ...app, credential: { ...app.credential, apiBase, oauth } };
}

/** An app whose credential is an OAuth grant. */
export type OAuthApp = AppDefinition & { readonly credential: OAuthCredential };

/** Whether users connect the app by the OAuth code flow. */
export function isOAuthApp(app: AppDefinition): app is OAuthApp {
  return app.credential.kind === 'oauth2';
}

/** An app whose credential a user enters. */
export type FormApp = AppDefinition & { readonly credential: FormCredential };

/** Whether users connect the app by a form. */
export function isFormApp(app: AppDefinition): app is FormApp {
  return 'fields' in app.credential;
}
