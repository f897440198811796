import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type Columns, givenBy, type Store } from '../../lib/db/index.ts';
import { notePushes, PUSH_COLUMNS, type StoredPush, upsertCredentials } from './store-pushes.ts';

/** The calendar that a credential brings along, and what it is to be. */
export interface CalendarChoice {
  /** Its id at the provider. */
  readonly externalId: string;
  /** Null: the user's own address stands in. */
  readonly email: string | null;
  readonly selected: boolean;
  readonly destination: boolean;
}

export interface SyncedCredential {
  readonly id: number;
  readonly type: string;
}

interface Written extends SyncedCredential {
  readonly userId: number;
  readonly appId: string;
  readonly version: number;
  readonly pushedAt: number;
  readonly formerStatus: string;
}

/**
 * Stores one credential, its event and the calendar that it brings along, in one transaction. A calendar
 * that is selected already stays as it is; a destination takes the place of the user's former one.
 * @returns null when the user is unknown or locked, or the app has no row: nothing was written
 */
export async function storeWithCalendar(
  { db }: Store,
  push: StoredPush,
  calendar: CalendarChoice | null,
): Promise<SyncedCredential | null> {
  return db.transaction().execute(async trx => {
    const { rows } = await sql<Written>`${upsertCredentials(givenBy(PUSH_COLUMNS, name => push[name]))}
      returning "id", "type", "userId", "appId", "version", "pushedAt", "formerStatus"`.execute(trx);
    const [written] = rows;
    if (!written) return null;
    await notePushes(givenBy(WRITTEN, name => written[name])).execute(trx);
    if (calendar?.selected) await select(trx, written, calendar);
    if (calendar?.destination) await setDestination(trx, written, calendar);
    return { id: written.id, type: written.type };
  });
}

const WRITTEN = {
  id: 'integer',
  type: 'text',
  userId: 'integer',
  appId: 'text',
  version: 'integer',
  pushedAt: 'bigint',
  formerStatus: 'text',
} as const satisfies Columns<Written>;

type Transaction = Store['db'];

async function select(
  trx: Transaction,
  { id, type, userId, pushedAt }: Written,
  calendar: CalendarChoice,
): Promise<void> {
  const at = new Date(pushedAt).toISOString();
  await sql`insert into "SelectedCalendar"
      ("id", "userId", "integration", "externalId", "credentialId", "createdAt", "updatedAt")
    values (${randomUUID()}, ${userId}, ${type}, ${calendar.externalId}, ${id}, ${at}, ${at})
    on conflict do nothing`.execute(trx);
}

async function setDestination(
  trx: Transaction,
  { id, type, userId, pushedAt }: Written,
  { externalId, email }: CalendarChoice,
): Promise<void> {
  const at = new Date(pushedAt).toISOString();
  await sql`insert into "DestinationCalendar"
      ("integration", "externalId", "primaryEmail", "userId", "credentialId", "createdAt", "updatedAt")
    values (${type}, ${externalId},
      coalesce(cast(${email} as text), (select "email" from "users" where "id" = ${userId})),
      ${userId}, ${id}, ${at}, ${at})
    on conflict ("userId") do update set "integration" = excluded."integration",
      "externalId" = excluded."externalId", "primaryEmail" = excluded."primaryEmail",
      "credentialId" = excluded."credentialId", "updatedAt" = excluded."updatedAt"`.execute(trx);
}
