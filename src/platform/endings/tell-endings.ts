import type { PlatformContext } from '../context.ts';
import { claimConnectionNotices, claimSecretNotices, insertEvent } from '../store/index.ts';
import type { Db } from '../tables.ts';

/** How many are told in one transaction. */
const BATCH = 100;

type Context = Pick<PlatformContext, 'database' | 'effects' | 'wake'>;

/**
 * Tells what will end soon, each end a week and a day before: an event, and word to the host, in the
 * transaction that notes that it was told.
 * @returns how many were told
 */
export async function tellEndings(context: Context): Promise<number> {
  const { database, effects, wake } = context;
  const at = effects.now();
  const claim = { engine: database.engine, at, limit: BATCH };
  let all = 0;
  for (const tell of [tellConnections, tellSecrets]) {
    for (let told = BATCH; told === BATCH; all += told) {
      told = await database.db.transaction().execute(trx => tell(trx, claim));
    }
  }
  if (all > 0) wake();
  return all;
}

type Claim = Parameters<typeof claimSecretNotices>[1];

async function tellConnections(db: Db, claim: Claim): Promise<number> {
  const due = await claimConnectionNotices(db, claim);
  for (const { id, externalUserId, appSlug, endsAt, endingReason } of due) {
    const event = { actor: 'platform', connectionId: id, externalUserId, appSlug, endsAt } as const;
    await insertEvent(db, { ...event, kind: 'connection.ending', detail: endingReason }, claim.at);
  }
  return due.length;
}

async function tellSecrets(db: Db, claim: Claim): Promise<number> {
  const due = await claimSecretNotices(db, claim);
  for (const { slug, secretExpiresAt: endsAt } of due) {
    const event = { actor: 'platform', appSlug: slug, endsAt, detail: 'client_secret' } as const;
    await insertEvent(db, { ...event, kind: 'app.secret_ending' }, claim.at);
  }
  return due.length;
}
