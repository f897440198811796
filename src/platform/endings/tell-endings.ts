import { sql } from 'kysely';
import type { PlatformContext } from '../context.ts';
import { claimConnectionNotices, claimSecretNotices, insertEvent } from '../store/index.ts';
import type { Db } from '../tables.ts';

type Context = Pick<PlatformContext, 'database' | 'effects' | 'wake'>;

export interface Telling {
  /** How many connections, and how many client secrets, are told at most: each in one transaction. */
  readonly limit?: number;
  /** After that no other transaction is begun. */
  readonly isClosing?: () => boolean;
}

/**
 * Tells what will end soon, each end a week and a day before: an event, and word to the host, in the
 * transaction that notes that it was told. While there is nothing to tell, nothing is written.
 * @returns how many were told; fewer than the limit: there is no more
 */
export async function tellEndings(
  context: Context,
  { limit = 100, isClosing = () => false }: Telling = {},
): Promise<number> {
  const { database, effects, wake } = context;
  const claim = { engine: database.engine, at: effects.now(), limit };
  const due = await findDue(database.db, claim.at);
  let told = 0;
  for (const [isDue, tell] of [
    [due.connections, tellConnections],
    [due.secrets, tellSecrets],
  ] as const) {
    if (isDue && !isClosing()) told += await database.db.transaction().execute(trx => tell(trx, claim));
  }
  if (told > 0) wake();
  return told;
}

interface Due {
  readonly connections: boolean | 0 | 1;
  readonly secrets: boolean | 0 | 1;
}

/** Whether there is anything to tell: one look into the index. */
async function findDue(db: Db, at: number): Promise<Due> {
  const { rows } = await sql<Due>`
    select exists (select 1 from "connection" where "endingNoticeAt" <= ${at}) as "connections",
      exists (select 1 from "platform_app" where "secretNoticeAt" <= ${at}) as "secrets"
  `.execute(db);
  return rows[0] ?? { connections: false, secrets: false };
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
