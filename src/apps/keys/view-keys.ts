import type { KeyField } from './describe-keys.ts';

/** One key of an app as it may be shown to an operator. */
export interface KeyView extends KeyField {
  readonly set: boolean;
  /** Epoch milliseconds; null where it is not set, or nobody noted when. */
  readonly setAt: number | null;
  /** Only of what is no secret. */
  readonly value?: unknown;
}

/**
 * The keys of an app as they may be shown, in the order of their fields.
 * @param setAt when each was set, in epoch milliseconds, where that was noted
 */
export function viewKeys(
  fields: readonly KeyField[],
  keys: Readonly<Record<string, unknown>>,
  setAt: Readonly<Partial<Record<string, number>>> = {},
): KeyView[] {
  return fields.map(field => {
    const { name, kind } = field;
    const set = keys[name] !== undefined;
    const view = { ...field, set, setAt: set ? (setAt[name] ?? null) : null };
    return set && kind !== 'secret' ? { ...view, value: keys[name] } : view;
  });
}
