import { pushShape } from '../../apps/calcom/index.ts';
import type { OAuthCredential } from '../../apps/index.ts';
import { type Credential, writeCredential } from '../../protocol/index.ts';
import type { Target } from '../targets.ts';

/**
 * A grant as its target's reader wants it: Keyferry's one object, or for a Cal.com what the app's record says.
 * @param now epoch milliseconds
 * @see docs/compatibility.md
 */
export function grantKeys(
  { calcom }: Pick<OAuthCredential, 'calcom'>,
  credential: Credential,
  target: Pick<Target, 'kind' | 'withRefreshToken'>,
  now: number,
): unknown {
  return target.kind === 'calcom'
    ? pushShape(credential, calcom, now, target)
    : writeCredential(credential, now, target);
}
