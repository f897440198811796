import { OutboundError } from '../../lib/outbound.ts';
import { isKeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { freshCredential } from '../refresh/index.ts';
import { findConnection, insertEvent, type OutboxRow } from '../store/index.ts';
import { findTarget, type Target } from '../targets.ts';
import { type Circumstances, judgeAnswer, judgeFailure, type Verdict } from './judge-delivery.ts';
import { sendDelete } from './send-delete.ts';
import { sendPush } from './send-push.ts';

const NOT_KEYFERRY = {
  state: 'stopped',
  status: 404,
  error: 'the target has no API to delete by; if it is a Cal.com, set KEYFERRY_TARGET=calcom',
} as const;
const DONE: Verdict = { state: 'done', waitMs: 0, status: null, error: null };

/**
 * Fulfils one wish: what is sent is what the vault holds now.
 * @returns what becomes of the wish; null when a newer wish has taken its place meanwhile
 */
export async function deliver(context: PlatformContext, wish: OutboxRow): Promise<Verdict | null> {
  const { effects } = context;
  try {
    const target = await findTarget(context, wish.targetId);
    if (target === null) return { ...DONE, error: 'the target is gone' };
    return await (wish.topic === 'credential.push' ? push : remove)(context, wish, target);
  } catch (error) {
    if (!isKeyferryError(error) && !(error instanceof OutboundError)) {
      effects.log.error({ err: error, delivery: wish.id }, 'delivery failed');
    }
    return judgeFailure(error, circumstances(context, wish));
  }
}

async function push(context: PlatformContext, wish: OutboxRow, target: Target): Promise<Verdict | null> {
  const seen = await findConnection(context.database.db, wish.connectionId);
  if (seen === null) return { ...DONE, error: 'the connection is gone' };
  const grant = await freshCredential(context, wish.connectionId);
  // Whoever stored a newer version has renewed this wish in the same commit.
  if (grant.row.version !== seen.version) return null;
  const answer = await sendPush(context, wish, { target, grant });
  const { accessToken, refreshToken } = grant.credential;
  return judgeAnswer(answer, circumstances(context, wish, [target.secret, accessToken, refreshToken]));
}

async function remove(context: PlatformContext, wish: OutboxRow, target: Target): Promise<Verdict> {
  const { database, effects } = context;
  if (target.kind === 'calcom') {
    const { connectionId, appSlug } = wish;
    const detail = 'Cal.com has no delete on this wire: the credential stays there';
    const event = { kind: 'delivery.noted', actor: 'platform', connectionId, appSlug, detail } as const;
    await insertEvent(database.db, event, effects.now());
    return { ...DONE, error: detail };
  }
  const answer = await sendDelete(context, wish, target);
  // A Keyferry that has nothing to delete says so with 200.
  if (answer.status === 404) return { ...NOT_KEYFERRY, waitMs: 0 };
  return judgeAnswer(answer, circumstances(context, wish, [target.apiKey]));
}

function circumstances(
  { effects }: Pick<PlatformContext, 'effects'>,
  { attempts }: OutboxRow,
  secrets: readonly (string | null)[] = [],
): Circumstances {
  return {
    attempts,
    random: effects.random(),
    now: effects.now(),
    secrets: secrets.filter(secret => secret !== null),
  };
}
