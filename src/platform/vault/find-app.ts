import type { AppDefinition } from '../../apps/index.ts';
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
