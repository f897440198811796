import { randomBytes, randomUUID, scryptSync } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { KeyferryError } from '../../protocol/index.ts';

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
  readonly createdDate: string;
}

export interface NewUser {
  readonly email: string;
  readonly username?: string | null;
  readonly name?: string | null;
  readonly timeZone?: string;
  readonly locale?: string | null;
  readonly role?: 'USER' | 'ADMIN';
  /** Set for one who signs in; kept as a salted scrypt hash alone. */
  readonly password?: string;
}

const VIEW = sql`"id", "username", "name", "email", "emailVerified", "timeZone", "locale", "role",
  "created" as "createdDate"`;

/**
 * Adds a user. E-mail and user name are kept in lower case, as Cal.com keeps them.
 * @param now epoch milliseconds
 * @throws KeyferryError conflict when the e-mail or the user name is taken
 */
export async function addUser({ db }: Store, user: NewUser, now: number): Promise<UserView> {
  const hash = user.password === undefined ? null : passwordHash(user.password);
  const { rows } = await sql<UserView>`
    insert into "users" ("uuid", "email", "username", "name", "timeZone", "locale", "role", "created", "passwordHash")
    values (${randomUUID()}, ${user.email.toLowerCase()}, ${user.username?.toLowerCase() ?? null},
      ${user.name ?? null}, ${user.timeZone ?? 'Europe/London'}, ${user.locale ?? null}, ${user.role ?? 'USER'},
      ${new Date(now).toISOString()}, ${hash})
    on conflict do nothing
    returning ${VIEW}
  `.execute(db);
  const [added] = rows;
  if (!added) {
    throw new KeyferryError('conflict', 'A user with this e-mail or user name exists already.', {
      remedy: 'Look it up with GET /api/v1/users?email=, or choose another.',
    });
  }
  return added;
}

function passwordHash(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${scryptSync(password, salt, 32).toString('base64url')}`;
}

/** A page of users in the order of their ids, or those of one e-mail. */
export async function listUsers(
  { db }: Store,
  { email, after = 0, limit }: { email?: string | undefined; after?: number; limit: number },
): Promise<UserView[]> {
  const ofEmail = email === undefined ? sql`` : sql`and "email" = ${email.toLowerCase()}`;
  const { rows } = await sql<UserView>`
    select ${VIEW} from "users" where "id" > ${after} ${ofEmail} order by "id" limit ${limit}`.execute(db);
  return rows;
}
