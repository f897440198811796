import { type Lease, leaseLeftMs } from '../../lib/lease.ts';
import { seal } from '../../lib/sealed-box.ts';
import {
  type Credential,
  credentialText,
  isKeyferryError,
  mergeRefreshed,
  storedCredential,
} from '../../protocol/index.ts';
import { confirmToken, credentialIdentity, fenceOf, replaceToken } from '../store/index.ts';
import type { Held } from './held.ts';
import { noteFailure } from './note-failure.ts';
import type { RenewContext, Wish } from './renew.ts';
import { askPlatform, requireEndpoint, SYNC_DEADLINE_MS } from './sync-client.ts';

/** Longer than the deadline of the request made under it, in milliseconds. */
export const LEASE_MS = 2 * SYNC_DEADLINE_MS;

/**
 * Asks the platform under a lease and stores its answer before anyone gets it.
 * @returns null where this holder was too slow: its lease may be another's before the platform has answered, or a
 * push or a successor has written the row meanwhile. Look at the row again
 * @throws KeyferryError: each way to fail has its own code, and is noted on the row
 */
export async function askAndStore(
  context: RenewContext,
  wish: Wish,
  held: Held,
  lease: Lease,
): Promise<Held | null> {
  const { effects, platform } = context;
  const { row } = held;
  const asked = { calcomUserId: row.userId, appSlug: row.appId };
  const subject = { credentialId: row.id, appSlug: row.appId };
  // A process may have been paused since it took the lease: then nothing is sent.
  if (leaseLeftMs(lease, effects.monotonic()) < SYNC_DEADLINE_MS) return null;
  if (!wish.now) platform.refuseWhileSilent(row.appId);
  let answer: Credential;
  try {
    requireEndpoint(context);
    answer = await platform.ask(subject, () => askPlatform(context, asked, wish), wish);
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    await noteFailure(context, row, error, lease);
    // What landed while we asked in vain is as good as an answer.
    const current = await wish.load();
    if (current.row.version > row.version && wish.serves(current)) return current;
    throw error;
  }
  return isStored(held, answer)
    ? confirm(context, wish, held)
    : store(context, wish, { held, answer, lease });
}

function isStored({ row, credential }: Held, answer: Credential): boolean {
  const { accessToken, expiresAt } = answer;
  return accessToken === credential.accessToken && expiresAt === row.expiresAt && row.status === 'working';
}

/** The platform has nothing newer, and is not asked again for a while. */
async function confirm(
  { database, effects }: RenewContext,
  { minimumSeconds: forSeconds, rejectedToken }: Wish,
  { row, credential }: Held,
): Promise<Held> {
  const { id, version } = row;
  const at = effects.now();
  await confirmToken(database, { id, version, forSeconds, forced: rejectedToken !== null, at });
  return { row: { ...row, refreshedAt: at, refreshedFor: forSeconds }, credential };
}

/** The answer stored over the row, or null where the row, or the lease, has changed hands. */
async function store(
  context: RenewContext,
  { minimumSeconds: forSeconds, rejectedToken }: Wish,
  { held, answer, lease }: { held: Held; answer: Credential; lease: Lease },
): Promise<Held | null> {
  const { row, credential } = held;
  const { config, database, effects } = context;
  const wire = mergeRefreshed(credential.wire, answer);
  const sealedKey = seal(config.keyring, credentialText(wire), credentialIdentity(row));
  const { expiresAt } = answer;
  const { id, version } = row;
  const at = effects.now();
  const written = await replaceToken(database, {
    id,
    version,
    sealedKey,
    expiresAt,
    forSeconds,
    forcedAt: rejectedToken === null ? null : at,
    at,
    ...fenceOf(lease),
  });
  if (!written) return null;
  const now = {
    status: 'working',
    statusReason: null,
    version: version + 1,
    refreshedAt: at,
    refreshedFor: forSeconds,
  } as const;
  return {
    row: { ...row, ...now, expiresAt },
    credential: storedCredential(wire, expiresAt),
  };
}
