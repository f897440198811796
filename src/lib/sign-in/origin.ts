import type { Context } from 'hono';
import { KeyferryError } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { hasCookie } from './cookie.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a change that another site's page may have caused: one with a session cookie, unless the browser
 * says that our own page asks; and one without, where the browser says that another page asks.
 * @throws KeyferryError origin_refused
 */
export function checkOrigin(c: Context, context: Pick<SignInContext, 'role' | 'publicUrl'>): void {
  if (SAFE.has(c.req.method)) return;
  const [site, origin] = [c.req.header('sec-fetch-site'), c.req.header('origin')];
  if (site === 'same-origin' || (origin !== undefined && isOwn(origin))) return;
  const fromBrowser = site !== undefined || origin !== undefined;
  if (!fromBrowser && !hasCookie(c, context)) return;
  throw new KeyferryError('origin_refused', 'A request of another site is not taken.', {
    remedy: `Use the pages at ${context.publicUrl}; a program sends an API key and no cookie.`,
  });

  function isOwn(given: string): boolean {
    return given === new URL(c.req.url).origin || given === new URL(context.publicUrl).origin;
  }
}
