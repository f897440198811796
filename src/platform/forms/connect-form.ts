import type { FormApp } from '../../apps/index.ts';
import { type OpenSession, sessionInvalid } from '../connect/open-session.ts';
import type { PlatformContext } from '../context.ts';
import { countTry } from '../store/index.ts';
import { storeEntry } from '../vault/index.ts';
import { type Entered, type FormFault, readForm } from './read-form.ts';
import { verifyEntry } from './verify.ts';

/** How often a session may try at services: enough for typing errors, too few to guess a password. */
const TRIES = 20;

/**
 * Takes a form: reads it by the app's schema, tries it at the service where a protocol allows that, and
 * stores it.
 * @returns what is wrong with its fields, and nothing is stored then; none: connected
 * @throws KeyferryError session_invalid, also after too many tries; conflict; what the service says:
 * credential_refused, address_refused, body_invalid, provider_...
 */
export async function connectForm(
  context: PlatformContext,
  session: OpenSession,
  { app, entered }: { app: FormApp; entered: Entered },
): Promise<readonly FormFault[]> {
  refuseDone(session, app.slug);
  const { entry, faults } = readForm(app.credential, entered);
  if (entry === null) return faults;
  if (app.credential.verify !== null && !(await countTry(context.database.db, session.id, TRIES))) {
    throw sessionInvalid();
  }
  await verifyEntry(context, app, entry);
  const { targetId, externalUserId, calcomUserId, id: sessionId } = session.row;
  const user = { targetId, externalUserId, calcomUserId };
  await storeEntry(context, { ...user, appSlug: app.slug, account: '', sessionId, entry });
  return [];
}

/** @throws KeyferryError session_invalid when the session has nothing to do with the app, or no more */
function refuseDone({ apps, done }: Pick<OpenSession, 'apps' | 'done'>, slug: string): void {
  if (!apps.includes(slug) || done.includes(slug)) throw sessionInvalid();
}
