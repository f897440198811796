import type { Credential } from '../../protocol/index.ts';
import type { CalcomReader } from '../definition.ts';
import { expiryMembers, secondsLeft } from './expiry-members.ts';
import { endOf, type ShapeOptions, tokenMembers } from './token-members.ts';

/**
 * The answer to an unmodified Cal.com that asks for a fresh token. The flat reply has the expiry twice:
 * `expiry_date` in milliseconds, which OAuthManager prefers, and `expires_in` in seconds, which is all that
 * Webex's reader looks at. Lark's and Feishu's want it wrapped, in seconds.
 * @param now epoch milliseconds
 * @see docs/compatibility.md
 */
export function refreshReply(
  credential: Credential,
  reader: CalcomReader,
  now: number,
  options: ShapeOptions,
): Record<string, unknown> {
  const members = tokenMembers(credential, reader, now, options);
  const wrapped = reader.refreshReply === 'envelope';
  const end = endOf(credential, reader, now);
  if (end !== null) {
    Object.assign(members, expiryMembers(wrapped ? 'expiry_date_s' : 'expiry_date_ms', end, now));
    members.expires_in = secondsLeft(end, now);
  }
  return wrapped ? { code: 0, data: members } : members;
}
