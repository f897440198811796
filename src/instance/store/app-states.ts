import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';

/** What an operator has made of an app. */
export interface AppState {
  readonly enabled: boolean;
  readonly keysSet: boolean;
}

/** The state of every app that has a row, by slug. */
export async function appStates({ db }: Store): Promise<ReadonlyMap<string, AppState>> {
  const { rows } = await sql<{ slug: string; enabled: boolean | 0 | 1; keysSet: boolean | 0 | 1 }>`
    select "slug", "enabled", "sealedKeys" is not null as "keysSet" from "App"`.execute(db);
  return new Map(
    rows.map(({ slug, enabled, keysSet }) => [
      slug,
      { enabled: Boolean(enabled), keysSet: Boolean(keysSet) },
    ]),
  );
}
