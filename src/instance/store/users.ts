import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { insertEvent } from './insert-event.ts';

/** A user in the shape of Cal.com's API v1, with the members that an instance keeps. */
export interface UserView {
  readonly id: number;
  readonly username: string | null;
  readonly name: string | null;
  readonly email: string;
  readonly emailVerified: string | null;
  readonly timeZone: string;
  readonly locale: string | null;
  readonly role: 'USER' | 'ADMIN';
  readonly locked: boolean;
  /** Ours: whether this user can sign in. */
  readonly hasPassword: boolean;
  readonly createdDate: string;
}

export interface NewUser {
  readonly email: string;
  readonly username?: string | null;
  readonly name?: string | null;
  readonly timeZone?: string;
  readonly locale?: string | null;
  readonly role?: 'USER' | 'ADMIN';
}

/** The columns of a `UserView`, as a driver gives them. */
export const USER_COLUMNS = sql`"id", "username", "name", "email", "emailVerified", "timeZone", "locale", "role",
  "locked", ("sealedPassword" is not null) as "hasPassword", "created" as "createdDate"`;

export type UserRow = Omit<UserView, 'locked' | 'hasPassword'> & {
  readonly locked: boolean | 0 | 1;
  readonly hasPassword: boolean | 0 | 1;
};

export function userView(row: UserRow): UserView {
  return { ...row, locked: Boolean(row.locked), hasPassword: Boolean(row.hasPassword) };
}

/**
 * Adds a user, with its event. E-mail and user name are kept in lower case, as Cal.com keeps them.
 * @param now epoch milliseconds
 * @param actor who does it, for the event
 * @throws KeyferryError conflict when the e-mail or the user name is taken
 */
export async function addUser(
  { db }: Store,
  user: NewUser,
  now: number,
  actor = 'command-line',
): Promise<UserView> {
  return db.transaction().execute(async trx => {
    const added = await insertUser(trx, user, now);
    await insertEvent(trx, { kind: 'user.added', actor, userId: added.id, detail: added.role }, now);
    return added;
  });
}

async function insertUser(db: Store['db'], user: NewUser, now: number): Promise<UserView> {
  const { rows } = await sql<UserRow>`
    insert into "users" ("uuid", "email", "username", "name", "timeZone", "locale", "role", "created")
    values (${randomUUID()}, ${user.email.toLowerCase()}, ${user.username?.toLowerCase() ?? null},
      ${user.name ?? null}, ${user.timeZone ?? 'Europe/London'}, ${user.locale ?? null}, ${user.role ?? 'USER'},
      ${new Date(now).toISOString()})
    on conflict do nothing
    returning ${USER_COLUMNS}
  `.execute(db);
  const [added] = rows;
  if (!added) {
    throw new KeyferryError('conflict', 'A user with this e-mail or user name exists already.', {
      remedy: 'Look it up with GET /api/v1/users?email=, or choose another.',
    });
  }
  return userView(added);
}

export interface UserFilter {
  readonly email?: string | undefined;
  readonly after?: number;
  readonly limit: number;
}

/** A page of users in the order of their ids, or the one of an e-mail. */
export async function listUsers({ db }: Store, { email, after = 0, limit }: UserFilter): Promise<UserView[]> {
  const ofEmail = email === undefined ? sql`` : sql`and "email" = ${email.toLowerCase()}`;
  const { rows } = await sql<UserRow>`
    select ${USER_COLUMNS} from "users" where "id" > ${after} ${ofEmail}
    order by "id" limit ${limit}`.execute(db);
  return rows.map(userView);
}
