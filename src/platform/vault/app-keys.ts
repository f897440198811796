import { z } from 'zod';
import { type AppDefinition, isOAuthApp } from '../../apps/index.ts';
import { open, seal } from '../../lib/sealed-box.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { firstNoticeAt } from '../lifetime/index.ts';
import { clearRetries, insertEvent, listAppKeys, putAppKeys } from '../store/index.ts';

/** What the operator entered for an app, by the names of its record. */
export type AppKeys = Readonly<Record<string, unknown>>;

/** Beside the keys of an OAuth app: when the provider ends its client secret. The operator is warned in time. */
export const SECRET_EXPIRES_AT = 'client_secret_expires_at';

/** A day is its first moment. Nothing entered is no date. */
const date = z
  .preprocess(
    value => (value === '' ? undefined : value),
    z.iso
      .date()
      .or(z.iso.datetime({ offset: true }))
      .optional(),
  )
  .describe('The day on which the provider ends the client secret: 2027-01-31');

/** What the operator enters for an app on this platform. */
export function keysSchema(app: AppDefinition): z.ZodObject {
  return isOAuthApp(app) ? app.keys.extend({ [SECRET_EXPIRES_AT]: date }) : app.keys;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects'>;

/**
 * Stores an app's keys, sealed.
 * @throws KeyferryError body_invalid naming the members at fault, never their values
 */
export async function setAppKeys(context: Context, app: AppDefinition, keys: unknown): Promise<void> {
  const { config, database, effects } = context;
  const schema = keysSchema(app);
  const parsed = schema.safeParse(keys);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      ({ path, message }) => `${['keys', ...path].join('.')}: ${message}`,
    );
    throw new KeyferryError('body_invalid', faults.join('; '), {
      remedy: `The keys of ${app.slug} are: ${Object.keys(schema.shape).join(', ')}.`,
    });
  }
  const sealedKeys = seal(config.keyring, JSON.stringify(parsed.data), identity(app.slug));
  const at = effects.now();
  const given = (parsed.data as AppKeys)[SECRET_EXPIRES_AT];
  const secretExpiresAt = typeof given === 'string' ? Date.parse(given) : null;
  const secretNoticeAt = secretExpiresAt === null ? null : firstNoticeAt(secretExpiresAt, at);
  await database.db.transaction().execute(async trx => {
    await putAppKeys(trx, { slug: app.slug, sealedKeys, secretExpiresAt, secretNoticeAt, at });
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
