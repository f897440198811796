import type { AppDefinition, ProviderOverrides } from './definition.ts';
import { googleCalendar } from './google-calendar.ts';
import { zoom } from './zoom.ts';

export * from './definition.ts';

/** Every app, by slug. */
export type Catalogue = ReadonlyMap<string, AppDefinition>;

const APPS = [googleCalendar, zoom];

/** The store, with addresses overridden where the operator configured others. */
export function createCatalogue(overrides: ProviderOverrides = {}): Catalogue {
  return new Map(
    APPS.map(app => {
      const { apiBase = app.apiBase, ...endpoints } = overrides[app.slug] ?? {};
      return [app.slug, { ...app, apiBase, oauth: { ...app.oauth, ...endpoints } }];
    }),
  );
}
