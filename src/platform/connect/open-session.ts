import { hashToken } from '../../lib/sign-in/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { bindSession, findSession, listSessionDone, type SessionRow } from '../store/index.ts';

/** A session in the browser that it belongs to. */
export interface OpenSession {
  readonly row: SessionRow;
  readonly id: string;
  /** The slugs of its apps. */
  readonly apps: readonly string[];
  /** Those of `apps` that it has connected. */
  readonly done: readonly string[];
}

/** How a browser names its session: by the link's token, which binds it, or by the id once it is bound. */
export type SessionName = { readonly token: string } | { readonly id: string };

/**
 * Opens a session for a browser. The first one that opens the link is bound; any other is turned away, and
 * so is everyone once every app is connected.
 * @param cookie the browser's own secret
 * @throws KeyferryError session_invalid, in the same words whatever the cause
 */
export async function openSession(
  { config, database, effects }: Pick<PlatformContext, 'config' | 'database' | 'effects'>,
  name: SessionName,
  cookie: string,
): Promise<OpenSession> {
  const browserHash = hashToken(config.keyring, cookie);
  const now = effects.now();
  const row =
    'token' in name
      ? await bindSession(database.db, { tokenHash: hashToken(config.keyring, name.token), browserHash }, now)
      : await findSession(database.db, { id: name.id, browserHash }, now);
  if (row === null) throw sessionInvalid();
  const apps: readonly string[] = JSON.parse(row.apps);
  const done = await listSessionDone(database.db, row.id);
  if (apps.every(slug => done.includes(slug))) throw sessionInvalid();
  return { row, id: row.id, apps, done };
}

export function sessionInvalid(): KeyferryError {
  return new KeyferryError(
    'session_invalid',
    'This link has been used, has expired, or was opened elsewhere.',
    {
      remedy: 'Go back to where you got it and ask for a new one.',
    },
  );
}
