import type { Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import {
  ATTEMPT_MS,
  beginAttempt,
  choicePage,
  connectedPage,
  errorPage,
  finishAttempt,
  type OpenSession,
  openSession,
  PAGE_HEADERS,
  randomSecret,
  returnAddress,
  SESSION_MS,
  type SessionName,
} from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { listSessionDone } from '../store/index.ts';

/** What a browser sees: the one-time link, the choice, the way to a provider and back. */
export function connectRoutes(app: Pick<Hono, 'get'>, context: PlatformContext): void {
  app.get('/connect/:token', c => open(c, context, { token: c.req.param('token') }));
  app.get('/connect/session/:id', c => open(c, context, { id: c.req.param('id') }));
  app.get('/connect/session/:id/:slug', c =>
    guarded(c, context, async () => {
      const session = await openSession(context, { id: c.req.param('id') }, browserSecret(c, context));
      return await toProvider(c, context, { session, slug: c.req.param('slug') });
    }),
  );
  app.get('/api/connect/callback', c => guarded(c, context, () => callback(c, context)));
}

/** The link itself. What only looks at links, a mail scanner or a prefetch, must not use it up. */
function open(c: Context, context: PlatformContext, name: SessionName): Promise<Response> {
  return guarded(c, context, async () => {
    if (c.req.method === 'HEAD' || isPrefetch(c)) return c.body(null, 503);
    const session = await openSession(context, name, browserSecret(c, context));
    const [only] = session.apps;
    if (session.apps.length === 1 && only !== undefined)
      return toProvider(c, context, { session, slug: only });
    const choices = session.apps.map(slug => ({
      name: nameOf(context, slug),
      done: session.done.includes(slug),
      href: `${sessionAddress(context, session.id)}/${encodeURIComponent(slug)}`,
    }));
    return c.html(choicePage(choices, session.returnUrl));
  });
}

async function toProvider(
  c: Context,
  context: PlatformContext,
  { session, slug }: { session: OpenSession; slug: string },
): Promise<Response> {
  try {
    const address = await beginAttempt(context, session, slug);
    return c.redirect(address.href, 302);
  } catch (error) {
    if (!isKeyferryError(error) || error.code === 'session_invalid' || session.returnUrl === null)
      throw error;
    return c.redirect(returnAddress(session.returnUrl, slug, error), 302);
  }
}

async function callback(c: Context, context: PlatformContext): Promise<Response> {
  const parameters = new URL(c.req.url).searchParams;
  const cookie = getCookie(c, cookieName(context)) ?? null;
  const { session, appSlug, failure } = await finishAttempt(context, { parameters, cookie });
  if (failure !== null) context.effects.log.info({ app: appSlug, code: failure.code }, 'connect failed');
  if (session.returnUrl !== null) return c.redirect(returnAddress(session.returnUrl, appSlug, failure), 302);
  const again = sessionAddress(context, session.id);
  if (failure !== null) {
    return c.html(errorPage(failure, { again, returnUrl: null }), failure.status as 400);
  }
  const done = await listSessionDone(context.database.db, session.id);
  const left = (JSON.parse(session.apps) as string[]).some(slug => !done.includes(slug));
  return c.html(connectedPage(nameOf(context, appSlug), left ? again : null));
}

/** Runs a page: its headers, and a page for what it throws. The address is not logged: it holds a token. */
async function guarded(
  c: Context,
  { effects }: PlatformContext,
  run: () => Promise<Response>,
): Promise<Response> {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
  try {
    return await run();
  } catch (error) {
    const known = isKeyferryError(error);
    if (!known || error.status >= 500) effects.log.error({ err: error }, 'connect failed');
    const shown = known ? error : new KeyferryError('internal', 'Something failed here.');
    return c.html(errorPage(shown, { again: null, returnUrl: null }), shown.status as 400);
  }
}

function isPrefetch(c: Context): boolean {
  return [c.req.header('sec-purpose'), c.req.header('purpose')].some(purpose =>
    purpose?.includes('prefetch'),
  );
}

function sessionAddress({ config }: PlatformContext, id: string): string {
  return `${config.publicUrl}/connect/session/${id}`;
}

function nameOf({ catalogue }: PlatformContext, slug: string): string {
  return catalogue.get(slug)?.name ?? slug;
}

/** On https a name that only this host can set, so that no neighbour plants a cookie it knows. */
function cookieName({ config }: PlatformContext): string {
  return isHttps(config.publicUrl) ? '__Host-keyferry_connect' : 'keyferry_connect';
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}

/** The browser's own secret: the one it has, or a new one; set anew either way. */
function browserSecret(c: Context, context: PlatformContext): string {
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
