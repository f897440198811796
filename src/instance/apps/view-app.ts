import {
  type AppDefinition,
  describeKeys,
  judgeKeys,
  type KeyField,
  type KeyView,
  viewKeys,
} from '../../apps/index.ts';
import type { Counted } from '../../lib/db/index.ts';
import type { AppRow, AppUse } from '../store/index.ts';

/** What may be shown of an app to an administrator: no secret. */
export interface AppView {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly categories: string[];
  /** How a credential for it comes about; `none` where there is none. */
  readonly kind: AppDefinition['credential']['kind'];
  readonly enabled: boolean;
  readonly keysSet: boolean;
  /** Whether keys lack that must be there. */
  readonly keysMissing: boolean;
  readonly publicKeys: Record<string, unknown>;
  /** Where the provider gives the keys; null where that is not known. */
  readonly keysAt: string | null;
  readonly fields: KeyView[];
  readonly held: number;
  readonly troubled: number;
  /** When these two were counted, in epoch milliseconds; null: just now. */
  readonly asOf: number | null;
}

/** Makes the view of an app out of its record, its row and its use. */
export function viewApp(
  app: AppDefinition,
  row: AppRow,
  use: AppUse & Pick<Counted<unknown>, 'asOf'>,
): AppView {
  const keys = row.keys ?? {};
  return {
    slug: app.slug,
    name: app.name,
    description: app.description,
    categories: [...app.categories],
    kind: app.credential.kind,
    enabled: row.enabled,
    keysSet: row.keys !== null,
    keysMissing: 'faults' in judgeKeys(app, keys),
    publicKeys: Object.fromEntries(
      app.publicKeys.flatMap(name => (name in keys ? [[name, keys[name]]] : [])),
    ),
    keysAt: app.keysAt ?? null,
    fields: viewKeys(fieldsOf(app), keys, row.keysSetAt),
    held: use.held,
    troubled: use.troubled,
    asOf: use.asOf,
  };
}

/** Descriptions are made once: a schema does not change while the process runs. */
const described = new WeakMap<AppDefinition, readonly KeyField[]>();

function fieldsOf(app: AppDefinition): readonly KeyField[] {
  const known = described.get(app) ?? describeKeys(app);
  described.set(app, known);
  return known;
}
