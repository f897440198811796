import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import {
  ATTEMPT_MS,
  connectedPage,
  errorPage,
  type Finished,
  PAGE_HEADERS,
  randomSecret,
  returnAddress,
  SESSION_MS,
} from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { listSessionDone } from '../store/index.ts';

/** Runs a page: its headers, and a page for what it throws. The address is not logged: it holds a token. */
export async function guarded(
  c: Context,
  { effects }: PlatformContext,
  run: () => Promise<Response>,
): Promise<Response> {
  setHeaders(c, PAGE_HEADERS);
  try {
    return await run();
  } catch (error) {
    const known = isKeyferryError(error);
    if (!known || error.status >= 500) effects.log.error({ err: error }, 'connect failed');
    const shown = known ? error : new KeyferryError('internal', 'Something failed here.');
    return c.html(errorPage(shown, { again: null, returnUrl: null }), shown.status as 400);
  }
}

export function setHeaders(c: Context, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) c.header(name, value);
}

/** How connecting an app ends: back at the host, or with a page of ours. */
export async function ended(
  c: Context,
  context: PlatformContext,
  { session, appSlug, failure }: Finished,
): Promise<Response> {
  if (failure !== null) context.effects.log.info({ app: appSlug, code: failure.code }, 'connect failed');
  if (session.returnUrl !== null) {
    const address = returnAddress(session.returnUrl, appSlug, failure);
    // After a form the host's page is fetched, not posted to (RFC 9110 section 15.4.4).
    return c.redirect(address, c.req.method === 'POST' ? 303 : 302);
  }
  const again = sessionAddress(context, session.id);
  if (failure !== null) {
    return c.html(errorPage(failure, { again, returnUrl: null }), failure.status as 400);
  }
  const done = await listSessionDone(context.database.db, session.id);
  const left = (JSON.parse(session.apps) as string[]).some(slug => !done.includes(slug));
  return c.html(connectedPage(nameOf(context, appSlug), left ? again : null));
}

export function sessionAddress({ config }: PlatformContext, id: string): string {
  return `${config.publicUrl}/connect/session/${id}`;
}

export function nameOf({ catalogue }: PlatformContext, slug: string): string {
  return catalogue.get(slug)?.name ?? slug;
}

/** On https a name that only this host can set, so that no neighbour plants a cookie it knows. */
export function cookieName({ config }: PlatformContext): string {
  return isHttps(config.publicUrl) ? '__Host-keyferry_connect' : 'keyferry_connect';
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}

/** The browser's own secret: the one it has, or a new one; set anew either way. */
export function browserSecret(c: Context, context: PlatformContext): string {
  const name = cookieName(context);
  const given = getCookie(c, name);
  const secret = given !== undefined && /^[A-Za-z0-9_-]{43}$/.test(given) ? given : randomSecret();
  const options: CookieOptions = {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isHttps(context.config.publicUrl),
    maxAge: (SESSION_MS + ATTEMPT_MS) / 1000,
  };
  setCookie(c, name, secret, options);
  return secret;
}
