import { KeyferryError } from '../../protocol/index.ts';
import { readCapacity } from './capacity.ts';

/** A shorter body is not counted: what many such take, their connections take too. Bytes. */
export const COUNTED_FROM = 8 * 1024;

/** Bounds the bytes of all long bodies that are under way in the process. */
export interface BodyBudget {
  /** Whether there is room; takes it. What was taken is given back by `give`. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export function bodyBudget(most: number): BodyBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (bytes < COUNTED_FROM) return true;
      // One is let through, however long, or it never would be.
      if (taken > 0 && taken + bytes > most) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      if (bytes >= COUNTED_FROM) taken -= bytes;
    },
  };
}

/** The one of this process. */
export const BODIES = bodyBudget(readCapacity().bodyBytes);

/** What is told where there is no room. */
export function noRoom(): KeyferryError {
  return new KeyferryError('busy', 'Too many long requests are under way.', {
    remedy: 'Repeat after Retry-After.',
    retryAfterMs: 1_000,
  });
}
