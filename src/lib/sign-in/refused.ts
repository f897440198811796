import type { Db, SignInContext } from './context.ts';

const REFUSED_MOST = 1_000;
const told = new WeakMap<object, Set<string>>();

/**
 * Logs and notes, once in a process, that a row was refused because it was not made, or was changed, by somebody
 * without the keyring.
 * @param row what tells it from others; never a secret
 */
export async function tellRefused(
  { store, effects, note }: Pick<SignInContext, 'store' | 'effects' | 'note'>,
  refused: {
    readonly kind: 'session.refused' | 'password.refused';
    readonly personId: number;
    readonly row: string;
  },
  cause: string,
): Promise<void> {
  if (!isNew(store, `${refused.kind} ${refused.row}`)) return;
  const { kind, personId } = refused;
  effects.log.error({ kind, personId, reason: cause }, 'a row of the database was refused');
  await note(store.db, { kind, actor: 'anonymous', personId }, effects.now());
}

/** Whether something is refused for the first time in this process. Forgets all when there are too many. */
export function isNew(store: { readonly db: Db } | object, name: string): boolean {
  const names = told.get(store) ?? new Set<string>();
  told.set(store, names);
  if (names.has(name)) return false;
  if (names.size >= REFUSED_MOST) names.clear();
  names.add(name);
  return true;
}
