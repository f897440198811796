import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, SignInContext, SignInTables } from './context.ts';
import { hashesOf, hashToken, idOf, isIdOf, randomToken } from './derive.ts';
import { type Person, type PersonRow, personColumns, personOf } from './people.ts';
import { tellRefused } from './refused.ts';

const DAY_MS = 86_400_000;
/** The longest a session lasts, in milliseconds. */
export const LIFE_MS = 30 * DAY_MS;
/** How long it lasts unused, in milliseconds. */
export const IDLE_MS = 7 * DAY_MS;
/** How seldom its use is written down, in milliseconds. */
export const TOUCH_MS = 3_600_000;
const USER_AGENT_LENGTH = 300;
/** How many sessions a person has at most; those that were not used for longest end. */
export const SESSIONS_EACH = 100;

export interface Session {
  readonly id: string;
  readonly person: Person;
}

export interface SessionView {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds, to the hour. */
  readonly seenAt: number;
  readonly userAgent: string | null;
  readonly current: boolean;
}

type Needs = Pick<SignInContext, 'store' | 'tables' | 'effects' | 'keyring' | 'role' | 'note'>;

/** Begins a session. @returns the token for the browser, of which only a hash is kept */
export async function createSession(
  db: Db,
  { tables, effects, keyring, role }: Pick<Needs, 'tables' | 'effects' | 'keyring' | 'role'>,
  { personId, userAgent }: { personId: number; userAgent: string | null },
): Promise<string> {
  const token = randomToken();
  const now = effects.now();
  const tokenHash = hashToken(keyring, token);
  const id = idOf(keyring, meaning(role, { tokenHash, personId, expiresAt: now + LIFE_MS }));
  await sql`insert into ${sql.table(tables.sessions)}
      ("id", "tokenHash", "personId", "userAgent", "createdAt", "seenAt", "expiresAt")
    values (${id}, ${tokenHash}, ${personId}, ${userAgent?.slice(0, USER_AGENT_LENGTH) ?? null},
      ${now}, ${now}, ${now + LIFE_MS})`.execute(db);
  await sql`delete from ${sql.table(tables.sessions)} where "id" in (
    select "id" from ${sql.table(tables.sessions)} where "personId" = ${personId}
    order by "seenAt" desc, "createdAt" desc limit 1000 offset ${SESSIONS_EACH})`.execute(db);
  return token;
}

/**
 * The session of a token, or null: unknown, ended, too long unused, its holder is locked, or the row is not ours. A row
 * with a bare SHA-256 is looked for to tell of it: without the keyring that is what one can make.
 */
export async function findSession(context: Needs, token: string): Promise<Session | null> {
  const { store, tables, effects, keyring, role } = context;
  const now = effects.now();
  const { rows } = await sql<
    PersonRow & { sessionId: string; tokenHash: string; seenAt: number; expiresAt: number }
  >`
    select s."id" as "sessionId", s."tokenHash", s."seenAt", s."expiresAt", ${personColumns(tables)}
    from ${sql.table(tables.sessions)} as s join ${sql.table(tables.people)} as p on p."id" = s."personId"
    where s."tokenHash" in (${sql.join([...hashesOf(keyring, token), hash('sha256', token)])}) and s."expiresAt" > ${now} and s."seenAt" > ${now - IDLE_MS}
      and not p."locked"`.execute(store.db);
  const [row] = rows;
  if (!row) return null;
  const { sessionId, tokenHash, expiresAt } = row;
  if (!isIdOf(keyring, meaning(role, { tokenHash, personId: row.id, expiresAt }), sessionId)) {
    const refused = { kind: 'session.refused', personId: row.id, row: sessionId } as const;
    await tellRefused(context, refused, 'the session was changed, or made by somebody else');
    return null;
  }
  if (row.seenAt <= now - TOUCH_MS) {
    await sql`update ${sql.table(tables.sessions)} set "seenAt" = ${now}
      where "id" = ${row.sessionId} and "seenAt" < ${now}`.execute(store.db);
  }
  return { id: row.sessionId, person: personOf(row) };
}

/** The sessions of a person that still hold, last used first. */
export async function listSessions(
  { store, tables, effects }: Pick<Needs, 'store' | 'tables' | 'effects'>,
  { id: current, person }: Session,
): Promise<SessionView[]> {
  const now = effects.now();
  const { rows } = await sql<Omit<SessionView, 'current'>>`
    select "id", "createdAt", "seenAt", "userAgent" from ${sql.table(tables.sessions)}
    where "personId" = ${person.id} and "expiresAt" > ${now} and "seenAt" > ${now - IDLE_MS}
    order by "seenAt" desc, "id" limit 200`.execute(store.db);
  return rows.map(row => ({ ...row, current: row.id === current }));
}

/** Ends the session of a token, if there is one. */
export async function deleteSession(
  db: Db,
  { tables, keyring }: Pick<Needs, 'tables' | 'keyring'>,
  token: string,
): Promise<void> {
  await sql`delete from ${sql.table(tables.sessions)}
    where "tokenHash" in (${sql.join(hashesOf(keyring, token))})`.execute(db);
}

/** Ends a session that a person has, by its id. @returns whether there was one */
export async function revokeSession(
  { store, tables }: Pick<Needs, 'store' | 'tables'>,
  { personId, id }: { personId: number; id: string },
): Promise<boolean> {
  const { rows } = await sql`delete from ${sql.table(tables.sessions)}
    where "id" = ${id} and "personId" = ${personId} returning "id"`.execute(store.db);
  return rows.length > 0;
}

/** Ends a person's sessions, but for the one that is kept. @returns how many */
export async function deleteSessionsOf(
  db: Db,
  { sessions }: SignInTables,
  personId: number,
  kept: string | null = null,
): Promise<number> {
  const others = kept === null ? sql`` : sql`and "id" <> ${kept}`;
  const { rows } = await sql`delete from ${sql.table(sessions)}
    where "personId" = ${personId} ${others} returning "id"`.execute(db);
  return rows.length;
}

/** What a session's id follows from: in the hands of another person, or for longer, it is none of ours. */
function meaning(
  role: string,
  { tokenHash, personId, expiresAt }: { tokenHash: string; personId: number; expiresAt: number },
): string {
  return `session at the ${role}: ${tokenHash} of ${personId} until ${expiresAt}`;
}
