import { z } from 'zod';
import { type AppDefinition, isOAuthApp } from '../../apps/index.ts';
import { open } from '../../lib/sealed-box.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { type AppKeysRow, listAppKeys } from '../store/index.ts';

/** What the operator entered for an app, by the names of its record. */
export type AppKeys = Readonly<Record<string, unknown>>;

/** Beside the keys of an OAuth app: when the provider ends its client secret. The operator is warned in time. */
export const SECRET_EXPIRES_AT = 'client_secret_expires_at';

const day = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** A day is its first moment. Nothing entered is no date. */
const date = z.preprocess(
  value => (value === '' ? undefined : value),
  z
    .string('is not a day such as 2027-01-31')
    .refine(value => day.safeParse(value).success, 'is not a day such as 2027-01-31')
    .meta({ format: 'date', description: 'The day on which the provider ends the client secret: 2027-01-31' })
    .optional(),
);

/** What the operator enters for an app on this platform. */
export function keysSchema(app: AppDefinition): z.ZodObject {
  return isOAuthApp(app) ? app.keys.extend({ [SECRET_EXPIRES_AT]: date }) : app.keys;
}

/** The keys of an app on this platform, and which of them are no secret. */
export function keysOf(app: AppDefinition): Pick<AppDefinition, 'name' | 'keys' | 'publicKeys'> {
  return { name: app.name, keys: keysSchema(app), publicKeys: [...app.publicKeys, SECRET_EXPIRES_AT] };
}

type Context = Pick<PlatformContext, 'config' | 'database'>;

/** The row of an app that has keys. */
export interface AppKeysEntry extends AppKeysRow {
  readonly keys: AppKeys;
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
export async function readDatedKeys(context: Context, { slug }: AppDefinition): Promise<AppKeysEntry> {
  const entry = (await readAppEntries(context, slug)).get(slug);
  if (entry === undefined) throw appKeysMissing(slug);
  return entry;
}

/** The apps that have keys, or one of them; by slug. @throws KeyferryError sealed_unreadable */
export async function readAppEntries(
  { config, database }: Context,
  slug: string | null = null,
): Promise<ReadonlyMap<string, AppKeysEntry>> {
  const rows = await listAppKeys(database.db, slug);
  return new Map(
    rows.map(row => {
      const keys = JSON.parse(open(config.keyring, row.sealedKeys, appIdentity(row.slug)));
      return [row.slug, { ...row, keys }];
    }),
  );
}

/** The keys of every app that has some, or of one; by slug. */
export async function allAppKeys(
  context: Context,
  slug: string | null = null,
): Promise<ReadonlyMap<string, AppKeys>> {
  return new Map([...(await readAppEntries(context, slug))].map(([one, { keys }]) => [one, keys]));
}

export function appKeysMissing(slug: string): KeyferryError {
  return new KeyferryError('app_keys_missing', `The app ${slug} has no keys on this platform.`, {
    remedy: `Set them with PUT /api/keyferry/v1/apps/${slug}.`,
  });
}

/** What seals the keys of an app: in another row they do not open. */
export function appIdentity(slug: string): string {
  return `platform_app:${slug}`;
}
