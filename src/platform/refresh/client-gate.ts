import { backoffMs } from '../../lib/backoff.ts';
import { acquireLease, releaseLease } from '../../lib/lease.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { type OAuthClient, oauthClient } from '../oauth/index.ts';
import {
  type AppRefusal,
  beginAppRefusal,
  extendAppRefusal,
  findAppRefusal,
  insertEvent,
} from '../store/index.ts';
import { appLeaseName, findOAuthApp, readDatedKeys } from '../vault/index.ts';
import type { RefreshContext } from './fresh-credential.ts';
import { LEASE_MS } from './lease.ts';
import { LONGEST_OUT_MS } from './note-failure.ts';

/** An app's client at its provider, and what is known of it. */
export interface Gate {
  readonly client: OAuthClient;
  readonly slug: string;
  /** When its keys were set, in epoch milliseconds. */
  readonly updatedAt: number;
  /** That the provider refused it, last; null: it did not. */
  readonly refusal: AppRefusal | null;
  /** Lets the next one try. */
  readonly leave: () => Promise<void>;
}

/** Milliseconds between tries of a client that is refused, whatever the number of its grants. */
export const PROBE = { firstMs: 1_000, ceilingMs: 60_000 };
const SOON_MS = 1_000;

/**
 * The client of an app, for one refresh. While its provider refuses the client, one grant a back-off tries,
 * and the others are turned away: what is wrong is not theirs.
 * @throws KeyferryError app_keys_missing, provider_client_refused
 */
export async function enterGate(context: RefreshContext, slug: string): Promise<Gate> {
  const { database, effects } = context;
  const app = findOAuthApp(context, slug);
  const { keys, updatedAt, refusedAt, refusals, probeAt } = await readDatedKeys(context, app);
  const client = oauthClient(app, keys);
  if (refusedAt === null) return { client, slug, updatedAt, refusal: null, leave: async () => undefined };
  const wait = probeAt - effects.now();
  if (wait > 0) throw turnedAway(slug, wait);
  const lease = await acquireLease(database, appLeaseName(slug), LEASE_MS);
  if (lease === null) throw turnedAway(slug, SOON_MS);
  const leave = async () => void (await releaseLease(database, lease));
  return { client, slug, updatedAt, refusal: { refusals, probeAt }, leave };
}

/**
 * Notes that the provider refused the client: one incident for all grants of the app.
 * @param refused.before what the row of the grant said until now
 * @param refused.reason a few words, without a secret
 * @returns whether it is the app's incident; false where the app is well and this grant alone is refused
 */
export async function clientRefused(
  { database, effects }: RefreshContext,
  { slug, updatedAt, refusal }: Gate,
  { before, reason, retryAfterMs }: { before: string | null; reason: string; retryAfterMs: number | null },
): Promise<boolean> {
  const at = effects.now();
  // All grants of the app wait for it.
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_OUT_MS);
  const probeAt = at + backoffMs(PROBE, (refusal?.refusals ?? 0) + 1, effects.random(), asked);
  return database.db.transaction().execute(async trx => {
    if ((await findAppRefusal(trx, slug)) !== null) {
      await extendAppRefusal(trx, { slug, updatedAt, probeAt }, at);
      return true;
    }
    // The incident before ended, for others, and this grant is refused as before: it is its own.
    if (before === 'provider_client_refused') return false;
    if (!(await beginAppRefusal(trx, { slug, updatedAt, probeAt }, at))) return true;
    const event = { kind: 'app.client_refused', actor: 'platform', appSlug: slug, detail: reason } as const;
    await insertEvent(trx, event, at);
    effects.log.error({ app: slug, reason }, 'the provider refuses the client of an app: look at its keys');
    return true;
  });
}

function turnedAway(slug: string, retryAfterMs: number): KeyferryError {
  return new KeyferryError('provider_client_refused', `The provider of ${slug} refuses our client.`, {
    remedy: 'Compare the client id and secret of the app with those at the provider.',
    retryAfterMs,
  });
}
