import { Kysely, type PostgresPool, type PostgresPoolClient, sql, type TransactionBuilder } from 'kysely';
import type pg from 'pg';
import type { BoundedClient } from './bounded-client.ts';
import { outcomeOf, repeating } from './repeat.ts';

type Client = pg.PoolClient & Pick<BoundedClient, 'isDone'>;

/** Kysely's way to the pool: a connection is tried for again, and so is a statement that stands alone. */
export function repeatingPool(pool: pg.Pool): PostgresPool {
  // No statement was sent.
  const connect = () =>
    repeating(
      () => pool.connect() as Promise<Client>,
      error => outcomeOf(error, 'open') === 'undone',
    );
  return {
    async connect() {
      return connection(await connect(), connect);
    },
    end: () => pool.end(),
    options: pool.options,
  };
}

const BEGINS = /^(begin|start transaction)/;
const ENDS = /^(commit|rollback)$/;
/** It writes nothing that stays, or the same when it is run again. */
const HARMLESS = /^\s*(select|begin|start transaction|\/\* repeatable \*\/)/i;

/**
 * Before a statement of its own that may be run again where nobody knows whether it was run: the second run changes
 * nothing, or the same.
 */
export const REPEATABLE = sql.raw('/* repeatable */');

/** A connection of the pool, and the one in its place where it was lost outside of a transaction. */
function connection(first: Client, connect: () => Promise<Client>): PostgresPoolClient {
  let client = first;
  let lost = false;
  let open = false;

  async function ask(text: string, values: readonly unknown[]): Promise<unknown> {
    if (lost) {
      client.release(true);
      // Released already, and not to be released again where there is no other.
      client = NONE;
      client = await connect();
      lost = false;
    }
    return client.query(text, values as unknown[]);
  }

  async function query(text: string, values: readonly unknown[] = []): Promise<unknown> {
    if (open && ENDS.test(text)) {
      open = false;
      return client.query(text);
    }
    if (open) return client.query(text, values as unknown[]);
    const answer = await repeating(
      () => ask(text, values),
      error => {
        lost ||= isLost(client);
        const outcome = outcomeOf(error, client.isDone ? 'done' : 'alone');
        return outcome === 'undone' || (outcome === 'unknown' && HARMLESS.test(text));
      },
    );
    open = BEGINS.test(text);
    return answer;
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: destroy => client.release(destroy === true || lost),
  };
}

const NONE = {
  isDone: false,
  release() {},
  query: () => Promise.reject(new Error('Connection terminated')),
} as unknown as Client;

/** The driver knows by itself that a connection is of no use, and tells nobody. */
function isLost(client: Client): boolean {
  return client === NONE || !(client as unknown as { _queryable: boolean })._queryable;
}

/**
 * PostgreSQL through Kysely. A transaction that was rolled back because another one, or the end of its connection, was
 * in the way is run again from its beginning: so what it does besides, outside of the database, must bear that.
 */
export class RepeatingKysely<Tables> extends Kysely<Tables> {
  override transaction(): TransactionBuilder<Tables> {
    const builder = super.transaction();
    const execute = builder.execute.bind(builder);
    builder.execute = async run => {
      let committing = false;
      return repeating(
        () => {
          committing = false;
          return execute(async trx => {
            const value = await run(trx);
            committing = true;
            return value;
          });
        },
        error => outcomeOf(error, committing ? 'done' : 'open') === 'undone',
      );
    };
    return builder;
  }
}
