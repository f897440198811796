import type { InstanceContext } from '../context.ts';
import { readAppRows, UNUSED } from '../store/index.ts';
import { type AppView, viewApp } from './view-app.ts';

type Context = Pick<InstanceContext, 'catalogue' | 'config' | 'counts' | 'database'>;

/** The store's apps as an administrator sees them, or one of them. Two statements, whatever their number. */
export async function listApps(
  { catalogue, config, counts, database }: Context,
  slug: string | null = null,
): Promise<AppView[]> {
  const rows = await readAppRows(database, config.keyring, slug);
  const { value: use, asOf } = await counts.appUse();
  return rows.flatMap(row => {
    const app = catalogue.get(row.slug);
    return app ? [viewApp(app, row, { ...UNUSED, ...use.get(row.slug), asOf })] : [];
  });
}
