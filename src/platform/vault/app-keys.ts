import type { AppDefinition } from '../../apps/index.ts';
import { open, seal } from '../../lib/sealed-box.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { clearRetries, insertEvent, listAppKeys, putAppKeys } from '../store/index.ts';

/** What the operator entered for an app, by the names of its record. */
export type AppKeys = Readonly<Record<string, unknown>>;

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects'>;

/**
 * Stores an app's keys, sealed.
 * @throws KeyferryError body_invalid naming the members at fault, never their values
 */
export async function setAppKeys(context: Context, app: AppDefinition, keys: unknown): Promise<void> {
  const { config, database, effects } = context;
  const parsed = app.keys.safeParse(keys);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${['keys', ...path].join('.')}: ${message}`,
    );
    throw new KeyferryError('body_invalid', faults.join('; '), {
      remedy: `The keys of ${app.slug} are: ${Object.keys(app.keys.shape).join(', ')}.`,
    });
  }
  const sealedKeys = seal(config.keyring, JSON.stringify(parsed.data), identity(app.slug));
  const at = effects.now();
  await database.db.transaction().execute(async trx => {
    await putAppKeys(trx, { slug: app.slug, sealedKeys, at });
    await clearRetries(trx, app.slug, at);
    await insertEvent(trx, { kind: 'app.keys_set', actor: 'operator', appSlug: app.slug }, at);
  });
}

/**
 * An app's keys.
 * @throws KeyferryError app_keys_missing
 */
export async function readAppKeys(context: Context, app: AppDefinition): Promise<AppKeys> {
  return (await readDatedKeys(context, app)).keys;
}

/**
 * An app's keys, and when they were set, in epoch milliseconds.
 * @throws KeyferryError app_keys_missing
 */
export async function readDatedKeys(
  { config, database }: Omit<Context, 'effects'>,
  { slug }: AppDefinition,
): Promise<{ readonly keys: AppKeys; readonly updatedAt: number }> {
  const [row] = await listAppKeys(database.db, slug);
  if (row === undefined) throw appKeysMissing(slug);
  return { keys: JSON.parse(open(config.keyring, row.sealedKeys, identity(slug))), updatedAt: row.updatedAt };
}

/** The keys of every app that has some, or of one; by slug. */
export async function allAppKeys(
  { config, database }: Omit<Context, 'effects'>,
  slug: string | null = null,
): Promise<ReadonlyMap<string, AppKeys>> {
  const rows = await listAppKeys(database.db, slug);
  return new Map(
    rows.map(row => [row.slug, JSON.parse(open(config.keyring, row.sealedKeys, identity(row.slug)))]),
  );
}

export function appKeysMissing(slug: string): KeyferryError {
  return new KeyferryError('app_keys_missing', `The app ${slug} has no keys on this platform.`, {
    remedy: `Set them with PUT /api/keyferry/v1/apps/${slug}.`,
  });
}

function identity(slug: string): string {
  return `platform_app:${slug}`;
}
