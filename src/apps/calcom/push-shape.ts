import type { Credential } from '../../protocol/index.ts';
import type { CalcomReader } from '../definition.ts';
import { expiryMembers } from './expiry-members.ts';
import { endOf, type ShapeOptions, tokenMembers } from './token-members.ts';

/**
 * The key that a push to an unmodified Cal.com carries: members named as its reader of stored keys names
 * them, with the expiry in that reader's spelling alone.
 * @param now epoch milliseconds
 * @returns an object, or a text where Cal.com keeps the key as a text
 * @see docs/compatibility.md
 */
export function pushShape(
  credential: Credential,
  reader: CalcomReader,
  now: number,
  options: ShapeOptions,
): Record<string, unknown> | string {
  const end = endOf(credential, reader, now);
  const key = {
    ...tokenMembers(credential, reader, now, options),
    ...(end === null ? {} : expiryMembers(reader.pushExpiry, end, now)),
  };
  const named = Object.entries(key).map(([name, member]) => [reader.members?.[name] ?? name, member]);
  const shaped = Object.fromEntries(named) as Record<string, unknown>;
  return reader.stored === 'text' ? JSON.stringify(shaped) : shaped;
}
