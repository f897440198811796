import { hash } from 'node:crypto';
import type { HeaderLookup } from '../../lib/http/index.ts';
import type { InstanceContext } from '../context.ts';
import { judgeKey } from '../judge-key.ts';

/** How long a key that was found good is not looked up again, in milliseconds. */
const REMEMBERED_MS = 10_000;
const REMEMBERED = 1_000;

/** Makes the check of admin API keys, one for all that answers. A key that is revoked stops within ten seconds. */
export function adminKeys(
  context: Pick<InstanceContext, 'config' | 'database' | 'effects'>,
): InstanceContext['isAdminKey'] {
  const good = new Map<string, number>();

  async function judge(key: string, hashed: string, now: number): Promise<boolean> {
    if ((await judgeKey(context, key)) !== 'admin') return false;
    if (good.size >= REMEMBERED) good.clear();
    good.set(hashed, now + REMEMBERED_MS);
    return true;
  }

  return function isAdminKey(key) {
    const hashed = hash('sha256', key);
    const now = context.effects.now();
    return (good.get(hashed) ?? 0) > now || judge(key, hashed, now);
  };
}

/** The key of `Authorization: Bearer`. */
export function bearerOf(header: HeaderLookup): string | undefined {
  const [, key] = /^Bearer\s+(\S+)$/i.exec(header('authorization') ?? '') ?? [];
  return key;
}
