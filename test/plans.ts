import { CompiledQuery, type KyselyPlugin, sql } from 'kysely';
import type { Store } from '../src/lib/db/index.ts';

/**
 * How the database would run the statements of `run`.
 * @returns a plan a statement, in the engine's own words
 */
export async function plansOf<Opened extends Store>(
  store: Opened,
  run: (store: Opened) => Promise<unknown>,
): Promise<string[]> {
  const queries: CompiledQuery[] = [];
  const listening: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      queries.push(store.db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await run({ ...store, db: store.db.withPlugin(listening) });
  const explain = store.engine === 'sqlite' ? 'explain query plan ' : 'explain ';
  const plans: string[] = [];
  for (const { sql: text, parameters } of queries) {
    const { rows } = await store.db.executeQuery(CompiledQuery.raw(explain + text, [...parameters]));
    plans.push(rows.map(row => JSON.stringify(row)).join('\n'));
  }
  return plans;
}

/** Tables that a plan reads from end to end. What a part of the statement gives is none, nor is a full-text search. */
export function scansIn(plan: string): string[] {
  const parts = new Set(
    [...plan.matchAll(/(?:CO-ROUTINE|MATERIALIZE|Subquery Scan on) (\w+)/g)].map(([, part]) => part),
  );
  return [
    ...plan.matchAll(
      /Seq Scan on \\?"?(\w+)|SCAN (\w+)\b(?! USING (?:COVERING )?INDEX| VIRTUAL TABLE INDEX \d+:M)/g,
    ),
  ]
    .map(([, postgres, sqlite]) => postgres ?? sqlite ?? '')
    .filter(name => !parts.has(name));
}

/** Tells PostgreSQL what its tables hold, as its autovacuum does in time. */
export async function analyze({ db }: Store): Promise<void> {
  await sql`analyze`.execute(db);
}
