import { sql } from 'kysely';
import type { Store } from '../../lib/db/index.ts';
import { type Keyring, seal } from '../../lib/sealed-box.ts';
import { type AppRow, appIdentity } from './apps.ts';
import { insertEvent } from './insert-event.ts';

export interface AppChange {
  readonly slug: string;
  readonly enabled?: boolean | undefined;
  /** All keys as they are to be. */
  readonly keys?: Readonly<Record<string, unknown>> | undefined;
  /** The names of the keys that were given or taken away. */
  readonly changed?: readonly string[];
  /** Who does it, as events name it. */
  readonly actor: string;
}

/**
 * Sets what is given of an app: its keys, sealed; whether it is enabled. With an event.
 * @param seen the row that the new keys were made from
 * @param now epoch milliseconds
 * @returns false where somebody else has changed the keys meanwhile: then nothing was written
 */
export async function setApp(
  { db }: Store,
  ring: Keyring,
  { slug, enabled, keys, changed = [], actor }: AppChange,
  seen: Pick<AppRow, 'sealedKeys' | 'keysSetAt'>,
  now: number,
): Promise<boolean> {
  const sets = [sql`"updatedAt" = ${new Date(now).toISOString()}`];
  if (enabled !== undefined) sets.push(sql`"enabled" = ${enabled}`);
  if (keys !== undefined) {
    const names = Object.keys(keys);
    const setAt = names.map(name => [name, changed.includes(name) ? now : seen.keysSetAt[name]]);
    const sealed = names.length === 0 ? null : seal(ring, JSON.stringify(keys), appIdentity(slug));
    sets.push(sql`"sealedKeys" = ${sealed}`, sql`"keysSetAt" = ${JSON.stringify(Object.fromEntries(setAt))}`);
  }
  const unchanged =
    keys === undefined ? sql`` : sql`and "sealedKeys" is not distinct from ${seen.sealedKeys}`;
  return db.transaction().execute(async trx => {
    const { rows } = await sql`update "App" set ${sql.join(sets)}
      where "slug" = ${slug} ${unchanged} returning "slug"`.execute(trx);
    if (rows.length === 0) return false;
    const done = [
      keys !== undefined && `keys set: ${changed.join(', ') || 'none'}`,
      enabled !== undefined && (enabled ? 'enabled' : 'disabled'),
    ];
    const detail = done.filter(Boolean).join('; ');
    await insertEvent(trx, { kind: 'app.changed', actor, appSlug: slug, detail }, now);
    return true;
  });
}
