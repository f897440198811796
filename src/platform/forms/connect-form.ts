import type { FormApp } from '../../apps/index.ts';
import { type OpenSession, sessionInvalid } from '../connect/open-session.ts';
import type { PlatformContext } from '../context.ts';
import { countTry } from '../store/index.ts';
import { storeEntry } from '../vault/index.ts';
import { type FormFault, readForm } from './read-form.ts';
import { isVerificationFault } from './verification-fault.ts';
import { verifyEntry } from './verify.ts';

/** How often a session may try at services: enough for typing errors, too few to guess a password. */
const TRIES = 20;

/**
 * Takes a posted form: reads it by the app's schema, tries it at the service where a protocol allows that,
 * and stores it. What is wrong with it is answered; nothing is stored then.
 * @returns the faults; none: connected
 * @throws KeyferryError session_invalid, also after too many tries; conflict
 */
export async function connectForm(
  context: PlatformContext,
  session: OpenSession,
  { app, posted }: { app: FormApp; posted: URLSearchParams },
): Promise<readonly FormFault[]> {
  refuseDone(session, app.slug);
  const { entry, faults } = readForm(app.credential, posted);
  if (entry === null) return faults;
  if (app.credential.verify !== null && !(await countTry(context.database.db, session.id, TRIES))) {
    throw sessionInvalid();
  }
  try {
    await verifyEntry(context, app, entry);
  } catch (error) {
    if (!isVerificationFault(error)) throw error;
    context.effects.log.info({ app: app.slug, code: error.code }, 'connect failed');
    const message = error.remedy === null ? error.message : `${error.message} ${error.remedy}`;
    return [{ field: null, message }];
  }
  const { targetId, externalUserId, calcomUserId, id: sessionId } = session;
  const user = { targetId, externalUserId, calcomUserId };
  await storeEntry(context, { ...user, appSlug: app.slug, account: '', sessionId, entry });
  return [];
}

/** @throws KeyferryError session_invalid when the session has nothing to do with the app, or no more */
export function refuseDone({ apps, done }: Pick<OpenSession, 'apps' | 'done'>, slug: string): void {
  if (!apps.includes(slug) || done.includes(slug)) throw sessionInvalid();
}
