import { type RawBuilder, sql } from 'kysely';
import type { Engine } from './open.ts';

/**
 * Whether a text column begins with `text`, in a form that an index with the migrations' `{{bytewise}}` serves
 * on both engines: PostgreSQL's own collations cannot tell where a prefix ends.
 */
export function beginsWith(engine: Engine, column: string, text: string): RawBuilder<unknown> {
  const bytes = bytewise(engine, column);
  return sql`${bytes} >= ${text} and ${bytes} < ${text + LAST}`;
}

/** A text column in the order of its bytes, as such an index has it. */
export function bytewise(engine: Engine, column: string): RawBuilder<unknown> {
  return sql`${sql.ref(column)} collate ${sql.raw(engine === 'postgres' ? '"C"' : 'binary')}`;
}

/** Nothing that people type sorts behind it. */
const LAST = '\u{10FFFF}';
