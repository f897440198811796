import { locked } from '../../lib/db/index.ts';
import { type Credential, mergeRefreshed, storedCredential } from '../../protocol/index.ts';
import { planTokens } from '../lifetime/index.ts';
import {
  clearRetries,
  deleteSuperseded,
  endAppRefusal,
  findConnection,
  insertEvent,
  listTargetUsers,
  replaceCredential,
} from '../store/index.ts';
import {
  findOAuthApp,
  type Grant,
  issuedNow,
  openGrant,
  pushEverywhere,
  sealCredential,
} from '../vault/index.ts';
import type { Attempt } from './attempt.ts';
import type { RefreshContext } from './fresh-credential.ts';

/**
 * Commits what a refresh brought, in one transaction: the row of the vault unless it has changed since it was
 * read, the pushes that follow from it, the event, and the end of the attempt.
 * @returns the grant as it is now, or null when another write came first
 */
export async function commitAnswer(
  context: RefreshContext,
  { row, credential, issuedAt }: Grant,
  { id: attemptId, tokens }: Attempt & { readonly tokens: Credential },
): Promise<Grant | null> {
  const { database, effects, wake } = context;
  const { id, version, externalUserId, appSlug } = row;
  const at = effects.now();
  const { expiresAt } = tokens;
  const stored = storedCredential(mergeRefreshed(credential.wire, tokens), expiresAt);
  const app = findOAuthApp(context, appSlug);
  const bound = issuedAt ?? (await issuedNow(context, app, stored.wire));
  const sealedCredential = sealCredential(context, id, { credential: stored, issuedAt: bound });
  const plan = planTokens(app, { id, credential: stored, answer: tokens, before: row }, at);
  const written = await database.db.transaction().execute(async trx => {
    const users = await listTargetUsers(trx, externalUserId, locked(database.engine, 'share'));
    // Not the row as it was read: a failure that is noted meanwhile leaves the version as it is.
    const before = await findConnection(trx, id);
    const now = await replaceCredential(trx, { id, version, sealedCredential, expiresAt, plan }, at);
    if (now === null || before === null) return null;
    await deleteSuperseded(trx, { id: attemptId, connectionId: id, version });
    await pushEverywhere(trx, now, users, at, 'renewed');
    const event = { actor: 'platform', externalUserId, appSlug } as const;
    // While the app's client was refused, the incident was the app's, and its end is told once for all.
    const ours = before.status !== 'connected' && before.statusReason !== 'provider_client_refused';
    const kind = ours ? 'connection.recovered' : 'connection.refreshed';
    await insertEvent(trx, { ...event, kind, connectionId: id }, at);
    effects.step?.('refresh.written');
    return now;
  });
  if (written === null) return null;
  effects.step?.('refresh.committed');
  wake();
  return openGrant(context, written);
}

/**
 * Ends the incident of an app whose client a provider takes again.
 * @returns what lets its other connections be tried at once: any number of them, so it is no part of a transaction, and
 *   nobody's answer waits for it
 */
export async function clientAccepted(
  { database, effects }: Pick<RefreshContext, 'database' | 'effects'>,
  slug: string,
): Promise<() => Promise<void>> {
  const at = effects.now();
  const wasRefused = await database.db.transaction().execute(async trx => {
    if (!(await endAppRefusal(trx, slug))) return false;
    await insertEvent(trx, { kind: 'app.client_accepted', actor: 'platform', appSlug: slug }, at);
    return true;
  });
  // Those that a killed process leaves come at their own time.
  return async () => (wasRefused ? clearRetries(database.db, slug, at) : undefined);
}
