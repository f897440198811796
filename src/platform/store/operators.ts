import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { deleteSessionsOf, keepAnAdmin, type SignInContext } from '../../lib/sign-in/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { Db } from '../tables.ts';
import { insertEvent, operatorActor } from './insert-event.ts';

/** One who signs in at the platform's desk. */
export interface OperatorView {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly locked: boolean;
  readonly hasPassword: boolean;
  readonly mustChangePassword: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

type OperatorRow = {
  readonly [Name in keyof OperatorView]: OperatorView[Name] extends boolean
    ? boolean | 0 | 1
    : OperatorView[Name];
};

const COLUMNS = sql`"id", "email", "name", "locked", ("sealedPassword" is not null) as "hasPassword",
  "mustChangePassword", "createdAt"`;

function viewOf(row: OperatorRow): OperatorView {
  return {
    ...row,
    locked: Boolean(row.locked),
    hasPassword: Boolean(row.hasPassword),
    mustChangePassword: Boolean(row.mustChangePassword),
  };
}

type Needs = Pick<SignInContext, 'store' | 'tables' | 'effects'>;

/** All operators in the order of their ids. */
export async function listOperators(db: Db): Promise<OperatorView[]> {
  const { rows } = await sql<OperatorRow>`select ${COLUMNS} from "operator" order by "id"`.execute(db);
  return rows.map(viewOf);
}

/**
 * Adds an operator, with what has to be written beside.
 * @param now epoch milliseconds
 * @throws KeyferryError conflict when the e-mail is taken
 */
export async function addOperator(
  { db }: Pick<Store, 'db'>,
  operator: { readonly email: string; readonly name: string | null },
  actor: string,
  now: number,
  beside: (trx: Store['db'], id: number) => Promise<unknown> = async () => {},
): Promise<OperatorView> {
  return db.transaction().execute(async trx => {
    const { rows } = await sql<OperatorRow>`
      insert into "operator" ("email", "name", "createdAt")
      values (${operator.email.toLowerCase()}, ${operator.name}, ${now})
      on conflict do nothing returning ${COLUMNS}`.execute(trx);
    const [added] = rows;
    if (!added) {
      throw new KeyferryError('conflict', 'An operator with this e-mail exists already.', {
        remedy: 'Make a one-time password for that one.',
      });
    }
    await insertEvent(trx, { kind: 'operator.added', actor, detail: operatorActor(added.id) }, now);
    await beside(trx, added.id);
    return viewOf(added);
  });
}

export interface OperatorChanges {
  readonly name?: string | null | undefined;
  readonly locked?: boolean | undefined;
}

/**
 * Changes an operator. Who is locked is signed out everywhere at once.
 * @throws KeyferryError operator_not_found, last_admin
 */
export async function updateOperator(
  { store, tables, effects }: Needs,
  { id, changes, actor }: { readonly id: number; readonly changes: OperatorChanges; readonly actor: string },
): Promise<OperatorView> {
  const { locked } = changes;
  return store.db.transaction().execute(async trx => {
    if (locked === true) await keepAnAdmin(trx, store.engine, tables, id);
    const before = await readOperator(trx, id);
    const columns = Object.entries(changes).filter(([, value]) => value !== undefined);
    if (columns.length > 0) {
      // Only what was given: another may change the rest at this moment.
      const set = sql.join(columns.map(([name, value]) => sql`${sql.ref(name)} = ${value}`));
      await sql`update "operator" set ${set} where "id" = ${id}`.execute(trx);
    }
    if (locked === true) await deleteSessionsOf(trx, tables, id);
    if (locked !== undefined && locked !== before.locked) {
      const kind = locked ? 'user.locked' : 'user.unlocked';
      await insertEvent(trx, { kind, actor, detail: operatorActor(id) }, effects.now());
    }
    return readOperator(trx, id);
  });
}

/** @throws KeyferryError operator_not_found */
async function readOperator(db: Store['db'], id: number): Promise<OperatorView> {
  const { rows } = await sql<OperatorRow>`select ${COLUMNS} from "operator" where "id" = ${id}`.execute(db);
  const [row] = rows;
  if (!row) throw operatorNotFound();
  return viewOf(row);
}

/** Removes an operator, with all sessions. @throws KeyferryError operator_not_found, last_admin */
export async function deleteOperator(
  { store, tables, effects }: Needs,
  id: number,
  actor: string,
): Promise<void> {
  await store.db.transaction().execute(async trx => {
    await keepAnAdmin(trx, store.engine, tables, id);
    const { rows } = await sql`delete from "operator" where "id" = ${id} returning "id"`.execute(trx);
    if (rows.length === 0) throw operatorNotFound();
    await insertEvent(trx, { kind: 'operator.removed', actor, detail: operatorActor(id) }, effects.now());
  });
}

export function operatorNotFound(): KeyferryError {
  return new KeyferryError('operator_not_found', 'There is no operator of this id.');
}
