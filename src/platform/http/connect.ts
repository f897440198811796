import type { Context, Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { isFormApp } from '../../apps/index.ts';
import { isKeyferryError } from '../../protocol/index.ts';
import {
  beginAttempt,
  choicePage,
  finishAttempt,
  type OpenSession,
  openSession,
  returnAddress,
  type SessionName,
  sessionInvalid,
} from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { showForm, takeForm } from './connect-form.ts';
import { browserSecret, cookieName, ended, guarded, nameOf, sessionAddress } from './connect-page.ts';

/** What a browser sees: the one-time link, the choice, a form or the way to a provider and back. */
export function connectRoutes(app: Pick<Hono, 'get' | 'post'>, context: PlatformContext): void {
  app.get('/connect/:token', c => open(c, context, { token: c.req.param('token') }));
  app.get('/connect/session/:id', c => open(c, context, { id: c.req.param('id') }));
  app.get('/connect/session/:id/:slug', c =>
    guarded(c, context, async () => {
      const session = await openSession(context, { id: c.req.param('id') }, browserSecret(c, context));
      return await connect(c, context, { session, slug: c.req.param('slug') });
    }),
  );
  app.post('/connect/session/:id/:slug', c =>
    guarded(c, context, async () => {
      const { id, slug } = c.req.param();
      const definition = context.catalogue.get(slug);
      if (definition === undefined || !isFormApp(definition)) throw sessionInvalid();
      return await takeForm(c, context, { id, app: definition });
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
    if (session.apps.length === 1 && only !== undefined) return connect(c, context, { session, slug: only });
    const choices = session.apps.map(slug => ({
      name: nameOf(context, slug),
      done: session.done.includes(slug),
      href: `${sessionAddress(context, session.id)}/${encodeURIComponent(slug)}`,
    }));
    return c.html(choicePage(choices, session.returnUrl));
  });
}

/** To where an app is connected: its form, or its provider. */
async function connect(
  c: Context,
  context: PlatformContext,
  { session, slug }: { session: OpenSession; slug: string },
): Promise<Response> {
  const app = context.catalogue.get(slug);
  if (app !== undefined && isFormApp(app)) return showForm(c, context, { session, app });
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
  return ended(c, context, await finishAttempt(context, { parameters, cookie }));
}

function isPrefetch(c: Context): boolean {
  return [c.req.header('sec-purpose'), c.req.header('purpose')].some(purpose =>
    purpose?.includes('prefetch'),
  );
}
