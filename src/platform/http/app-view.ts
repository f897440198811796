import { z } from '@hono/zod-openapi';
import {
  type AppDefinition,
  describeKeys,
  isFormApp,
  isOAuthApp,
  judgeKeys,
  type KeyField,
  viewKeys,
} from '../../apps/index.ts';
import { appKeySchema, asOf } from '../../lib/http/index.ts';
import { redirectUri } from '../connect/index.ts';
import { DEFAULT_TARGET, type PlatformContext } from '../context.ts';
import { sumOf } from '../counts.ts';
import { whyNotDeliverable } from '../outbox/index.ts';
import type { ConnectionCount } from '../store/index.ts';
import { findTarget, type Target } from '../targets.ts';
import { type AppKeysEntry, keysOf, readAppEntries } from '../vault/index.ts';
import { time } from './schemas.ts';

export const appSchema = z
  .object({
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    categories: z.array(z.string()),
    kind: z.string().openapi({ description: 'How it is connected: oauth2, or a kind of form' }),
    notDeliverable: z
      .string()
      .nullable()
      .openapi({ description: 'Why its credential cannot be sent to the instance; null: it can' }),
    redirectUri: z.string().openapi({ description: 'To enter at the provider' }),
    keys: z.record(z.string(), z.object({ set: z.boolean(), value: z.unknown().optional() })).openapi({
      description: 'By name; `value` only of those that are no secret',
    }),
    fields: z.array(appKeySchema).openapi({ description: 'The keys, in the order of a form' }),
    keysMissing: z.boolean().openapi({ description: 'Keys that must be there are not' }),
    keysSetAt: time.nullable().openapi({ description: 'When they were set last' }),
    keysAt: z.string().nullable().openapi({ description: 'Where the provider gives the keys' }),
    refusedAt: time.nullable().openapi({
      description: 'Since when the provider refuses the client; null: it does not, as far as is known',
    }),
    notes: z.array(z.string()).openapi({ description: 'What to know of the provider, a sentence each' }),
    held: z.int().openapi({ description: 'How many connections there are' }),
    troubled: z.int().openapi({ description: 'How many of them do not work' }),
    asOf,
  })
  .openapi('App');

export type PlatformApp = z.infer<typeof appSchema>;

/** The apps as the operator sees them, or one of them: three statements, whatever their number. */
export async function viewApps(context: PlatformContext, slug: string | null = null): Promise<PlatformApp[]> {
  const entries = await readAppEntries(context, slug);
  const { value: counts, asOf } = await context.counts.connections();
  const target = await findTarget(context, DEFAULT_TARGET);
  const address = redirectUri(context);
  return [...context.catalogue.values()]
    .filter(app => slug === null || app.slug === slug)
    .map(app => viewApp(app, { address, target, entry: entries.get(app.slug), counts, asOf }));
}

interface Circumstances {
  readonly address: string;
  readonly target: Target | null;
  readonly entry: AppKeysEntry | undefined;
  readonly counts: readonly ConnectionCount[];
  readonly asOf: number | null;
}

function viewApp(app: AppDefinition, { address, target, entry, counts, asOf }: Circumstances): PlatformApp {
  const { slug, name, description, categories, credential, keysAt = null } = app;
  const keys = entry?.keys ?? {};
  const fields = viewKeys(fieldsOf(app), keys);
  const shown = fields.map(field => [
    field.name,
    'value' in field ? { set: field.set, value: field.value } : { set: field.set },
  ]);
  const reason = target !== null && isFormApp(app) ? whyNotDeliverable(app.credential, target) : null;
  return {
    slug,
    name,
    description,
    categories: [...categories],
    kind: credential.kind,
    notDeliverable: reason,
    redirectUri: address,
    keys: Object.fromEntries(shown),
    fields,
    keysMissing: 'faults' in judgeKeys(keysOf(app), keys),
    keysSetAt: entry?.updatedAt ?? null,
    keysAt,
    refusedAt: entry?.refusedAt ?? null,
    notes: isOAuthApp(app) ? [...app.credential.oauth.notes] : [],
    held: sumOf(counts, ({ appSlug }) => appSlug === slug),
    troubled: sumOf(counts, ({ appSlug, status }) => appSlug === slug && status !== 'connected'),
    asOf,
  };
}

/** Descriptions are made once: a schema does not change while the process runs. */
const described = new WeakMap<AppDefinition, readonly KeyField[]>();

function fieldsOf(app: AppDefinition): readonly KeyField[] {
  const known = described.get(app) ?? describeKeys(keysOf(app));
  described.set(app, known);
  return known;
}
