import { KeyferryError, presentedSecret, secretMatches } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { openTargets, type Target } from '../targets.ts';

type Header = (name: string) => string | null | undefined;

/**
 * The target whose secret came with a request. Every target is compared, whichever matches, each in
 * constant time.
 * @throws KeyferryError secret_invalid in the reference platform's words, sharing_disabled
 * @see docs/protocol.md#4
 */
export async function findCaller(
  context: Pick<PlatformContext, 'config' | 'database' | 'effects'>,
  header: Header,
): Promise<Target> {
  const targets = await openTargets(context);
  if (targets.length === 0) throw new KeyferryError('sharing_disabled', 'Credential sharing is not enabled');
  let presented = false;
  let caller: Target | null = null;
  for (const target of targets) {
    const secret = presentedSecret(header, target.header);
    presented ||= secret !== null;
    if (secretMatches(secret, target.secret)) caller = target;
  }
  if (caller !== null) return caller;
  throw new KeyferryError('secret_invalid', presented ? 'Invalid secret' : 'secret header not set', {
    remedy: 'Compare the secret and the name of its header on both sides.',
  });
}
