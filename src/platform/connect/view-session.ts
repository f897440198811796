import { type FormField, isFormApp, isOAuthApp } from '../../apps/index.ts';
import { hashToken } from '../../lib/sign-in/index.ts';
import type { PlatformContext } from '../context.ts';
import { findSession, listSessionDone, type SessionRow } from '../store/index.ts';
import { sessionInvalid } from './open-session.ts';

/** An app of a session, as its page shows it. */
export interface AppChoice {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  /** `oauth`: the provider asks the user. `form`: we do. */
  readonly kind: 'oauth' | 'form';
  /** Of the form; none where the provider asks. */
  readonly fields: readonly FormField[];
  readonly done: boolean;
}

/** What a browser may know of its session. */
export interface SessionView {
  readonly id: string;
  readonly apps: readonly AppChoice[];
  /** Whether there is something left to connect, and time to do it. */
  readonly open: boolean;
  readonly returnUrl: string | null;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'catalogue' | 'effects'>;

/**
 * A session for the browser that is bound to it, also when it has ended: the result is still to be shown.
 * @throws KeyferryError session_invalid
 */
export async function viewSession(
  context: Context,
  { id, cookie }: { id: string; cookie: string },
): Promise<SessionView> {
  const row = await findSession(
    context.database.db,
    { id, browserHash: hashToken(context.config.keyring, cookie) },
    0,
  );
  if (row === null) throw sessionInvalid();
  return viewOf(context, row);
}

/** What a browser may know of the session that it is bound to. */
export async function viewOf(
  { database, catalogue, effects }: Omit<Context, 'config'>,
  { id, apps: slugs, returnUrl, expiresAt }: SessionRow,
): Promise<SessionView> {
  const done = await listSessionDone(database.db, id);
  const apps = (JSON.parse(slugs) as string[]).flatMap((slug): AppChoice[] => {
    const app = catalogue.get(slug);
    if (app === undefined) return [];
    const shown = { slug, name: app.name, description: app.description, done: done.includes(slug) };
    if (isFormApp(app)) return [{ ...shown, kind: 'form', fields: app.credential.fields }];
    return isOAuthApp(app) ? [{ ...shown, kind: 'oauth', fields: [] }] : [];
  });
  const open = expiresAt > effects.now() && apps.some(app => !app.done);
  return { id, apps, open, returnUrl, expiresAt };
}
