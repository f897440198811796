import { type Counted, countSealed, keptCount, type SealedCount, sealedValues } from '../lib/db/index.ts';
import type { PlatformContext } from './context.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import {
  type ConnectionCount,
  countConnections,
  countDeliveries,
  type DeliveryCount,
} from './store/index.ts';

/** Counts of many rows, as this process keeps them. */
export interface PlatformCounts {
  readonly connections: () => Promise<Counted<ConnectionCount[]>>;
  /** Of those that are not done. */
  readonly deliveries: () => Promise<Counted<DeliveryCount[]>>;
  /** What each key has sealed. */
  readonly sealed: () => Promise<Counted<SealedCount[]>>;
}

export function keepCounts({
  config: { keyring },
  database,
  effects,
}: Pick<PlatformContext, 'config' | 'database' | 'effects'>): PlatformCounts {
  return {
    connections: keptCount(() => countConnections(database), sumOf, effects),
    deliveries: keptCount(() => countDeliveries(database), sumOf, effects),
    sealed: keptCount(() => countSealed(database, keyring, SEALED_COLUMNS), sealedValues, effects),
  };
}

/** How many rows there are in all of the counts that a condition takes. */
export function sumOf<Count extends { readonly count: number }>(
  counts: readonly Count[],
  isWanted: (count: Count) => boolean = () => true,
): number {
  return counts.filter(isWanted).reduce((all, { count }) => all + count, 0);
}
