import { type Counted, countSealed, keptCount, type SealedCount, sealedValues } from '../lib/db/index.ts';
import type { InstanceContext } from './context.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { type AppUse, countAppUse } from './store/index.ts';

/** Counts of many rows, as this process keeps them. */
export interface InstanceCounts {
  /** How each app is used, by slug; none for those that nobody holds. */
  readonly appUse: () => Promise<Counted<ReadonlyMap<string, AppUse>>>;
  /** What each key has sealed. */
  readonly sealed: () => Promise<Counted<SealedCount[]>>;
}

export function keepCounts({
  config: { keyring },
  database,
  effects,
}: Pick<InstanceContext, 'config' | 'database' | 'effects'>): InstanceCounts {
  const heldIn = (use: ReadonlyMap<string, AppUse>) =>
    [...use.values()].reduce((all, { held }) => all + held, 0);
  return {
    appUse: keptCount(() => countAppUse(database), heldIn, effects),
    sealed: keptCount(() => countSealed(database, keyring, SEALED_COLUMNS), sealedValues, effects),
  };
}
