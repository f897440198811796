import type { FormApp } from '../../apps/index.ts';
import { type OpenSession, sessionInvalid } from '../connect/open-session.ts';
import { DEADLINE_MS, FEED_BYTES, type PlatformContext } from '../context.ts';
import { countTry } from '../store/index.ts';
import { storeEntry } from '../vault/index.ts';
import { FORM_MS, withinBudget } from './budget.ts';
import { judgeAddresses } from './judge-addresses.ts';
import type { VerifyContext } from './place.ts';
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
  if (!(await countTry(context.database.db, session.id, TRIES))) throw sessionInvalid();
  const tried = verifyContext(context, session);
  const wrong = await judgeAddresses(tried, app.credential, entry);
  if (wrong.length > 0) return wrong;
  await verifyEntry(tried, app, entry);
  const { targetId, externalUserId, calcomUserId, id: sessionId } = session.row;
  const user = { targetId, externalUserId, calcomUserId };
  await storeEntry(context, { ...user, appSlug: app.slug, account: '', sessionId, entry });
  return [];
}

/** The ways out for one form of a session. */
function verifyContext(
  { config, database, effects, outbound, outboundToTyped }: PlatformContext,
  { id }: OpenSession,
): VerifyContext {
  const limits = {
    answerBytes: FEED_BYTES,
    until: effects.monotonic() + FORM_MS,
    deadlineMs: DEADLINE_MS,
  };
  const way = { db: database.db, effects, outbound: outboundToTyped };
  return {
    outbound,
    outboundToTyped: withinBudget(way, id, limits),
    privateAddresses: config.allowPrivateAddresses,
  };
}

/** @throws KeyferryError session_invalid when the session has nothing to do with the app, or no more */
function refuseDone({ apps, done }: Pick<OpenSession, 'apps' | 'done'>, slug: string): void {
  if (!apps.includes(slug) || done.includes(slug)) throw sessionInvalid();
}
