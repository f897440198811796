import { mergeKeys, refuseFaulty } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { readAppRows, setApp } from '../store/index.ts';

export interface ChangeRequest {
  readonly slug: string;
  readonly enabled?: boolean | undefined;
  readonly keys?: Readonly<Record<string, unknown>> | undefined;
  /** `merge` keeps the keys that are not given and takes away those that are null; `replace` keeps none. */
  readonly how: 'merge' | 'replace';
  readonly actor: string;
}

type Context = Pick<InstanceContext, 'catalogue' | 'config' | 'database' | 'effects'>;

/** So often the keys are read anew when somebody else changes them at the same time. */
const TRIES = 3;

/**
 * Enables or disables an app and sets its keys, which must be good as a whole.
 * @throws KeyferryError app_not_found, body_invalid with the fault of each key, conflict
 */
export async function changeApp(context: Context, request: ChangeRequest): Promise<void> {
  const { catalogue, config, database, effects } = context;
  const { slug, enabled, keys: given, how, actor } = request;
  const definition = catalogue.get(slug);
  if (!definition) throw new KeyferryError('app_not_found', 'There is no app of this slug.');
  for (let tries = 0; tries < TRIES; tries++) {
    const [row] = await readAppRows(database, config.keyring, slug);
    if (!row) throw new KeyferryError('app_not_found', 'The row of this app is gone.');
    const before = how === 'merge' ? (row.keys ?? {}) : {};
    const checked = given && refuseFaulty(definition, mergeKeys(before, given));
    const changed = Object.keys(given ?? {});
    // To merge nothing is to ask whether the keys are good: there is nothing to write.
    const keys = how === 'merge' && changed.length === 0 ? undefined : checked;
    if (keys === undefined && enabled === undefined) return;
    const change = { slug, enabled, keys, changed, actor };
    if (await setApp(database, config.keyring, change, row, effects.now())) return;
  }
  throw new KeyferryError('conflict', 'Somebody else is changing the keys of this app.', {
    remedy: 'Look at what is set now, and try again.',
  });
}
