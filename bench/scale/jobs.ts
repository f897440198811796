import { randomUUID } from 'node:crypto';
import type { createInstance } from '../../src/instance/index.ts';
import { prune as pruneInstance } from '../../src/instance/prune.ts';
import { instanceSignIn } from '../../src/instance/sign-in.ts';
import { createEffects } from '../../src/lib/effects.ts';
import { createLog } from '../../src/lib/log.ts';
import { claimDue } from '../../src/platform/ahead/claim-due.ts';
import { listHeads } from '../../src/platform/ahead/list-heads.ts';
import type { createPlatform } from '../../src/platform/index.ts';
import { prune as prunePlatform } from '../../src/platform/prune.ts';
import { platformSignIn } from '../../src/platform/sign-in.ts';
import { claimOutbox } from '../../src/platform/store/index.ts';
import { benchConfig, SLUG } from '../fixture.ts';
import { benchPlatformConfig } from '../tokens/grants.ts';

/** Of which platform and provider there is none: nothing is sent. */
export const NOWHERE = { tokenEndpoint: 'http://127.0.0.1:9', webappUrl: 'http://127.0.0.1:9' };

type Served = Awaited<ReturnType<typeof createInstance>> | Awaited<ReturnType<typeof createPlatform>>;
export type Jobs = Readonly<Record<string, () => Promise<unknown>>>;

const CLAIMED = 16;
const YEAR_MS = 365 * 86_400_000;

/** What a role does by itself, each by its name. */
export function jobsOf(role: 'instance' | 'platform', served: Served): Jobs {
  const effects = createEffects({ log: createLog('silent') });
  if (role === 'instance') {
    const { database } = served as Awaited<ReturnType<typeof createInstance>>;
    const signIn = instanceSignIn(benchConfig({ file: '' }), database, effects);
    return { prune: () => pruneInstance({ database, effects, signIn }, new AbortController().signal) };
  }
  const { database } = served as Awaited<ReturnType<typeof createPlatform>>;
  const signIn = platformSignIn(benchPlatformConfig({ file: '' }, NOWHERE), database, effects);
  const at = Date.now() + YEAR_MS;
  return {
    'claim 16 deliveries': () =>
      claimOutbox(database, { targetId: 'default', by: randomUUID(), forMs: 0, at, limit: CLAIMED }),
    'claim 16 refreshes': () =>
      claimDue(database, { appSlug: SLUG, refreshClass: 0, at, forMs: 0, limit: CLAIMED }),
    'the first due of each app': () =>
      listHeads(database.db, [SLUG, 'zoom', 'hubspot', 'office365-calendar']),
    prune: () => prunePlatform({ database, effects, signIn }),
  };
}
