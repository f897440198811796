import { type RawBuilder, sql } from 'kysely';
import { ftsQuery, lookThrough, type Store, scan, trigramsOf } from '../../lib/db/index.ts';
import { USER_COLUMNS, type UserRow, type UserView, userView } from './users.ts';

export interface UserSearch {
  /** A part of the e-mail, the name or the user name, or the whole id. */
  readonly q: string;
  /** The last id that the page before looked at. */
  readonly after: number;
  readonly limit: number;
}

/** Who was found, in the order of their ids, and where the next page begins; null: nobody else matches. */
export interface UserPage {
  readonly users: UserView[];
  readonly next: number | null;
}

/** What many have in common is among the first that are looked through: in the index it is all of them. Rows. */
const LOOKED_AT_FIRST = 1_000;

/** Users by a part of a text. Any number of rows takes as long as few: see the migration `user-search`. */
export async function searchUsers(store: Store, search: UserSearch): Promise<UserPage> {
  const { q, after, limit } = search;
  if (trigramsOf(q).length === 0) return walk(store, search);
  const rows = await (store.engine === 'postgres' ? byGin(store, search) : byFts(store, search));
  const known = await byId(store, search);
  const all = known === null || rows.some(({ id }) => id === known.id) ? rows : [...rows, known];
  const users = all.toSorted((one, other) => one.id - other.id).filter(({ id }) => id > after);
  const page = users.slice(0, limit);
  return { users: page.map(userView), next: users.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/** The one whose id was typed. */
async function byId({ db }: Store, { q }: UserSearch): Promise<UserRow | null> {
  if (!/^[1-9]\d{0,8}$/.test(q)) return null;
  const { rows } = await sql<UserRow>`select ${USER_COLUMNS} from "users" where "id" = ${Number(q)}`.execute(
    db,
  );
  return rows[0] ?? null;
}

/** In the order of the ids, and no further than the page needs. */
function byFts(store: Store, { q, after, limit }: UserSearch): Promise<UserRow[]> {
  const trigrams = ftsQuery(trigramsOf(q));
  return scan(
    store,
    sql<UserRow>`
      select ${USER_COLUMNS} from (select "rowid" as "at" from "user_search"
        where "user_search" match ${trigrams} and "rowid" > ${after} order by "rowid") as "found"
      join "users" on "users"."id" = "found"."at" where ${matches(q)} order by "found"."at" limit ${limit + 1}`,
  );
}

/** PostgreSQL's index knows no order: all that it finds is sorted. */
async function byGin(store: Store, { q, after, limit }: UserSearch): Promise<UserRow[]> {
  const first = await scan(
    store,
    sql<UserRow>`
      select ${USER_COLUMNS} from (select * from "users" where "id" > ${after} order by "id"
        limit ${sql.lit(LOOKED_AT_FIRST)}) as "stretch"
      where ${matches(q, 'stretch')} order by "id" limit ${limit + 1}`,
  );
  if (first.length > limit) return first;
  // What lower() makes of letters beyond ASCII depends on the database.
  const spellings = new Set([q.toLowerCase(), q.replace(/[A-Z]/g, letter => letter.toLowerCase())]);
  const has = [...spellings].map(
    text => sql`${TEXT_TRIGRAMS} @> array[${sql.join(trigramsOf(text))}]::text[]`,
  );
  return scan(
    store,
    sql<UserRow>`
      with "found" as materialized (select "id" from "users" where ${sql.join(has, sql` or `)})
      select ${USER_COLUMNS} from "users" where "id" in (select "id" from "found" where "id" > ${after})
        and ${matches(q)}
      order by "id" limit ${limit + 1}`,
  );
}

/** The same words as in the index, so that planners know it. */
const TEXT_TRIGRAMS = sql`"keyferry_trigrams"(lower("email" || ' ' || coalesce("username", '') || ' ' || coalesce("name", '')))`;

/** Looks through a stretch of the table, and says where to go on. */
async function walk(store: Store, { q, after, limit }: UserSearch): Promise<UserPage> {
  const { rows, end } = await lookThrough<UserRow, { id: number }>(store, {
    from: sql`"users" where "id" > ${after}`,
    columns: sql`*`,
    order: sql`"id"`,
    place: sql`"id"`,
    where: matches(q, 'stretch'),
    limit,
    select: stretch => sql`select ${USER_COLUMNS} from ${stretch} as "stretch"`,
  });
  const last = rows.length === limit ? rows.at(-1) : end;
  return { users: rows.map(userView), next: last?.id ?? null };
}

/** SQLite folds ASCII letters alone, so that a name is looked at as it was typed too. */
function matches(q: string, table = 'users'): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${table}.${name}`);
  const part = (text: string) => sql`${`%${text.replace(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
  const [lower, typed] = [part(q.toLowerCase()), part(q)];
  return sql<boolean>`(${column('email')} like ${lower} or ${column('username')} like ${lower}
    or lower(${column('name')}) like ${lower} or ${column('name')} like ${typed}
    or cast(${column('id')} as text) = ${q})`;
}
