import { type AppDefinition, type FormApp, isFormApp, isOAuthApp, type OAuthApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';

/**
 * The record of an app.
 * @throws KeyferryError app_not_found
 */
export function findApp({ catalogue }: Pick<PlatformContext, 'catalogue'>, slug: string): AppDefinition {
  const app = catalogue.get(slug);
  if (app === undefined) {
    throw new KeyferryError('app_not_found', 'There is no app of this slug.', {
      remedy: 'List them with GET /api/keyferry/v1/apps.',
    });
  }
  return app;
}

/**
 * The record of an app that is connected by OAuth.
 * @throws KeyferryError app_not_found
 */
export function findOAuthApp(context: Pick<PlatformContext, 'catalogue'>, slug: string): OAuthApp {
  const app = findApp(context, slug);
  if (isOAuthApp(app)) return app;
  throw new KeyferryError('app_not_found', `${app.name} is not connected by OAuth.`);
}

/**
 * The record of an app that a user can connect.
 * @throws KeyferryError app_not_found
 */
export function findConnectableApp(
  context: Pick<PlatformContext, 'catalogue'>,
  slug: string,
): OAuthApp | FormApp {
  const app = findApp(context, slug);
  if (isOAuthApp(app) || isFormApp(app)) return app;
  throw new KeyferryError('app_not_found', `${app.name} has nothing that a user could connect.`, {
    remedy: 'Enable it at the instance; it needs no credential of a user.',
  });
}
