import type { Context } from 'hono';
import type { FormApp } from '../../apps/index.ts';
import { readBody } from '../../lib/http/index.ts';
import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import { formHeaders, type OpenSession, openSession, sessionInvalid } from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';
import { connectForm, type FormFault, formPage, refuseDone } from '../forms/index.ts';
import { browserSecret, ended, sessionAddress, setHeaders } from './connect-page.ts';

const FORM_BYTES = 64 * 1024;

interface Walk {
  readonly session: OpenSession;
  readonly app: FormApp;
}

/** The empty form of an app. @throws KeyferryError session_invalid */
export function showForm(c: Context, context: PlatformContext, walk: Walk): Response | Promise<Response> {
  refuseDone(walk.session, walk.app.slug);
  return render(c, context, { ...walk, entered: new URLSearchParams(), faults: [] });
}

/**
 * A form that comes back: from a page of ours, in the session's own browser. It ends as a walk to a provider
 * does; what is wrong with it is shown in it.
 * @throws KeyferryError session_invalid, body_too_large, body_invalid
 */
export async function takeForm(
  c: Context,
  context: PlatformContext,
  { id, app }: { id: string; app: FormApp },
): Promise<Response> {
  refuseElsewhere(c, context);
  const session = await openSession(context, { id }, browserSecret(c, context));
  const entered = await readPosted(c);
  try {
    const faults = await connectForm(context, session, { app, posted: entered });
    if (faults.length > 0) return await render(c, context, { session, app, entered, faults });
    return await ended(c, context, { session: rowOf(session), appSlug: app.slug, failure: null });
  } catch (error) {
    if (!isKeyferryError(error) || error.code === 'session_invalid') throw error;
    return ended(c, context, { session: rowOf(session), appSlug: app.slug, failure: error });
  }
}

function rowOf(session: OpenSession) {
  return { ...session, apps: JSON.stringify(session.apps) };
}

async function readPosted(c: Context): Promise<URLSearchParams> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) {
    throw new KeyferryError('body_invalid', 'This is no form of ours.');
  }
  return new URLSearchParams(await readBody(c.req.raw, FORM_BYTES));
}

/** A browser names the page that a form came from: the origin, or where that is left out the kind of site. */
function refuseElsewhere(c: Context, { config }: PlatformContext): void {
  const origin = c.req.header('origin');
  const ours =
    origin === undefined
      ? c.req.header('sec-fetch-site') === 'same-origin'
      : origin === new URL(config.publicUrl).origin;
  if (!ours) throw sessionInvalid();
}

function render(
  c: Context,
  context: PlatformContext,
  { session, app, entered, faults }: Walk & { entered: URLSearchParams; faults: readonly FormFault[] },
): Response | Promise<Response> {
  const { id, returnUrl } = session;
  setHeaders(c, formHeaders(returnUrl));
  const action = `${sessionAddress(context, id)}/${encodeURIComponent(app.slug)}`;
  return c.html(formPage({ app, action, entered, faults, returnUrl }), faults.length === 0 ? 200 : 422);
}
