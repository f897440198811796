import { type RawBuilder, sql } from 'kysely';
import { databaseNow, type Engine, lookThrough, type Store } from '../../lib/db/index.ts';
import { pageOf } from '../../lib/http/index.ts';
import type { CredentialStatus } from '../tables.ts';
import { LEASE_PREFIX } from './credentials.ts';
import { PROVIDER_REFUSED } from './refused.ts';

/** What may be shown of a credential: everything but the secret. */
export interface CredentialView {
  readonly id: number;
  readonly userId: number;
  /** Whose it is. */
  readonly email: string;
  readonly appSlug: string;
  readonly account: string;
  readonly status: CredentialStatus;
  readonly statusReason: string | null;
  /** Whether a process asks the platform just now. */
  readonly refreshing: boolean;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly provenance: string;
  readonly pushedAt: number | null;
  readonly refreshedAt: number | null;
  /** When the incident began. */
  readonly failedAt: number | null;
  /** Failed refreshes in a row. */
  readonly failures: number;
  /** Before it the platform is not asked again. */
  readonly retryAt: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface CredentialFilter {
  readonly userId?: number | null | undefined;
  /** The user's e-mail, in whatever case. */
  readonly email?: string | undefined;
  readonly appSlug?: string | undefined;
  readonly status?: CredentialStatus | undefined;
  /** The last id of the page before. */
  readonly after?: number;
  readonly limit: number;
}

type Row = Omit<CredentialView, 'refreshing'> & { readonly refreshing: boolean | 0 | 1 };

/** One credential by its id, or null. */
export async function findCredentialView(store: Store, id: number): Promise<CredentialView | null> {
  const [view] = await views(store, sql`c."id" = ${id}`, 1);
  return view ?? null;
}

/** Credentials in the order of their ids, and where the next page begins; null: there is none. */
export interface CredentialPage {
  readonly credentials: CredentialView[];
  readonly next: number | null;
}

/** A page of credentials. What works, nearly all, has no index: a page of it may be short where more follow. */
export async function listCredentials(store: Store, filter: CredentialFilter): Promise<CredentialPage> {
  const { userId = null, email, appSlug, status, after = 0, limit } = filter;
  const wanted = [sql`c."id" > ${after}`];
  if (userId !== null) wanted.push(sql`c."userId" = ${userId}`);
  if (email !== undefined)
    wanted.push(sql`c."userId" = (select "id" from "users" where "email" = ${email.toLowerCase()})`);
  if (appSlug !== undefined) wanted.push(sql`c."appId" = ${appSlug}`);
  if (status === 'working') return listWorking(store, sql.join(wanted, sql` and `), limit);
  // The index of what is in trouble leaves out what works; said again, so that the planner sees it.
  if (status !== undefined) wanted.push(sql`c."status" = ${status} and c."status" <> 'working'`);
  const found = await views(store, sql.join(wanted, sql` and `), limit + 1);
  const { rows: credentials, next } = pageOf(found, limit, ({ id }) => id);
  return { credentials, next };
}

async function listWorking(store: Store, from: RawBuilder<unknown>, limit: number): Promise<CredentialPage> {
  const { rows, end } = await lookThrough<Row, { id: number }>(store, {
    from: sql`"Credential" as c where ${from}`,
    columns: sql`c.*`,
    order: sql`c."id"`,
    place: sql`c."id"`,
    where: sql`c."status" = 'working'`,
    limit,
    select: stretch => sql`select ${columns(store.engine)} from ${stretch} as c
      join "users" as u on u."id" = c."userId"`,
  });
  const last = rows.length === limit ? rows.at(-1) : end;
  return { credentials: rows.map(view), next: last?.id ?? null };
}

async function views(
  { db, engine }: Store,
  where: RawBuilder<unknown>,
  limit: number,
): Promise<CredentialView[]> {
  const { rows } = await sql<Row>`
    select ${columns(engine)} from "Credential" as c join "users" as u on u."id" = c."userId"
    where ${where} order by c."id" limit ${limit}`.execute(db);
  return rows.map(view);
}

function view(row: Row): CredentialView {
  return { ...row, refreshing: Boolean(row.refreshing) };
}

function columns(engine: Engine): RawBuilder<unknown> {
  return sql`c."id", c."userId", u."email", c."appId" as "appSlug", c."account", c."status", c."statusReason",
    exists (select 1 from "lease" where "lease"."name" = ${LEASE_PREFIX} || cast(c."id" as text)
      and "lease"."until" > ${databaseNow(engine)}) as "refreshing",
    c."expiresAt", c."version", c."provenance", c."pushedAt", c."refreshedAt", c."failedAt",
    case when ${notRefreshed} then c."failures" else 0 end as "failures",
    case when ${notRefreshed} then c."retryAt" end as "retryAt", c."createdAt", c."updatedAt"`;
}

/** Its refresh fails, and not the provider's taking of what comes of it. */
const notRefreshed = sql`c."status" = 'failing' and c."statusReason" <> ${PROVIDER_REFUSED}`;
