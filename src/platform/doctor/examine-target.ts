import { type Asking, type Finding, findingsOf } from '../../lib/doctor/index.ts';
import type { Target } from '../targets.ts';
import { checkInstanceSide } from './check-instance-side.ts';

/** What a platform can find out of one of its targets. Changes nothing there. */
export function examineTarget(asking: Asking, target: Target, slugs: readonly string[]): Promise<Finding[]> {
  const { webappUrl, kind, secret, header, encryptionKey } = target;
  const side = { webappUrl, kind, slugs, wire: { secret, header, encryptionKey } };
  return checkInstanceSide(asking, side, findingsOf('platform'));
}
