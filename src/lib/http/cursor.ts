import { KeyferryError, MAX_ID } from '../../protocol/index.ts';

/** What a part of a cursor is: an id fits the database's integer. */
type Kind = 'string' | 'number' | 'id';

/** Where a list goes on, as a text that a caller hands back untouched. */
export function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * A page of a list.
 * @param rows one more than the page holds, where there are more
 * @param placeOf where the list goes on after a row
 * @returns the rows of the page, and where the next one begins; null: it was the last
 */
export function pageOf<Row, Place>(
  rows: readonly Row[],
  limit: number,
  placeOf: (row: Row) => Place,
): { rows: Row[]; next: Place | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? placeOf(last) : null };
}

/**
 * Reads what `writeCursor` wrote.
 * @param kinds the type of each part
 * @throws KeyferryError body_invalid
 */
export function readCursor<const Kinds extends readonly Kind[]>(
  text: string,
  kinds: Kinds,
): { [Index in keyof Kinds]: Kinds[Index] extends 'string' ? string : number } {
  const parts = parse(text);
  if (
    Array.isArray(parts) &&
    parts.length === kinds.length &&
    kinds.every((kind, at) => isOf(kind, parts[at]))
  )
    return parts as never;
  throw new KeyferryError('body_invalid', '`after` is none of ours.', {
    remedy: 'Send `next` of the page before as it is, or leave `after` out.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

function isOf(kind: Kind, part: unknown): boolean {
  if (kind === 'string') return typeof part === 'string' && !part.includes('\0');
  return Number.isSafeInteger(part) && (kind === 'number' || Math.abs(part as number) <= MAX_ID);
}
