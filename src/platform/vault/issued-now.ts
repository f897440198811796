import type { OAuthApp } from '../../apps/index.ts';
import { isKeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { type IssuedAt, oauthClient, originsOf } from '../oauth/index.ts';
import { readAppKeys } from './app-keys.ts';

/**
 * Where a grant of an app is bound to that is stored now. Null where that cannot be said yet: it is bound at its first
 * refresh.
 */
export async function issuedNow(
  context: Pick<PlatformContext, 'config' | 'database'>,
  app: OAuthApp,
  wire: Readonly<Record<string, unknown>>,
): Promise<IssuedAt> {
  try {
    return originsOf(oauthClient(app, await readAppKeys(context, app)), wire);
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    return null;
  }
}
