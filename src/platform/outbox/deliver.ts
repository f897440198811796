import { isFormApp } from '../../apps/index.ts';
import { OutboundError } from '../../lib/outbound.ts';
import { isKeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { findHostWebhook, sendEvent } from '../host-webhooks/index.ts';
import { freshCredential } from '../refresh/index.ts';
import { type ConnectionRow, findConnection, insertEvent, type OutboxRow } from '../store/index.ts';
import { findTarget, type Target } from '../targets.ts';
import { findConnectableApp, openEntry } from '../vault/index.ts';
import { entryKeys } from './entry-keys.ts';
import { grantKeys } from './grant-keys.ts';
import { type Circumstances, judgeAnswer, judgeFailure, type Verdict } from './judge-delivery.ts';
import { sendDelete } from './send-delete.ts';
import { sendPush } from './send-push.ts';

const NOT_KEYFERRY = 'the target has no API to delete by; if it is a Cal.com, set KEYFERRY_TARGET=calcom';
const NOT_TOLD: Verdict = {
  state: 'stopped',
  waitMs: 0,
  status: null,
  error: 'no webhook of the host is set: KEYFERRY_HOST_WEBHOOK_URL',
  receiver: 'aside',
};
/** How long a place of the lane waits for a refresh, in milliseconds: what that brings is pushed anew. */
const PATIENCE_MS = 2_000;
const DONE: Verdict = { state: 'done', waitMs: 0, status: null, error: null, receiver: 'aside' };

/**
 * Fulfils one wish: what is sent is what the vault holds now.
 * @returns what becomes of the wish; null when a newer wish has taken its place meanwhile
 */
export async function deliver(context: PlatformContext, wish: OutboxRow): Promise<Verdict | null> {
  const { effects } = context;
  try {
    if (wish.topic === 'host.event') return await tell(context, wish);
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

async function tell(context: PlatformContext, wish: OutboxRow): Promise<Verdict> {
  const webhook = await findHostWebhook(context);
  if (webhook === null) return NOT_TOLD;
  const answer = await sendEvent(context, wish, webhook);
  return judgeAnswer(answer, circumstances(context, wish, webhook.secrets));
}

async function push(context: PlatformContext, wish: OutboxRow, target: Target): Promise<Verdict | null> {
  const seen = await findConnection(context.database.db, wish.connectionId);
  if (seen === null) return { ...DONE, error: 'the connection is gone' };
  const load = await loadOf(context, seen, target);
  if (load === null) return null;
  const { keys, secrets } = load;
  const answer = await sendPush(context, wish, { target, keys });
  return judgeAnswer(answer, circumstances(context, wish, [target.secret, ...secrets]));
}

interface Load {
  /** What is sent, in its target's shape. */
  readonly keys: unknown;
  readonly secrets: readonly (string | null)[];
}

/** What a connection has to send; null when it has changed meanwhile. */
async function loadOf(context: PlatformContext, row: ConnectionRow, target: Target): Promise<Load | null> {
  const app = findConnectableApp(context, row.appSlug);
  if (isFormApp(app)) {
    const entry = openEntry(context, row);
    return { keys: entryKeys(app.credential, entry, target), secrets: textsOf(entry) };
  }
  const { row: fresh, credential } = await freshCredential(context, row.id, { patienceMs: PATIENCE_MS });
  // Whoever stored a newer version has renewed this wish in the same commit.
  if (fresh.version !== row.version) return null;
  const { accessToken, refreshToken } = credential;
  const keys = grantKeys(app.credential, credential, target, context.effects.now());
  return { keys, secrets: [accessToken, refreshToken] };
}

/** Every text inside a value. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
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
  const verdict = judgeAnswer(answer, circumstances(context, wish, [target.apiKey]));
  // A Keyferry that has nothing to delete says so with 200.
  return answer.status === 404 ? { ...verdict, error: NOT_KEYFERRY } : verdict;
}

function circumstances(
  { effects }: Pick<PlatformContext, 'effects'>,
  { topic, attempts, createdAt }: OutboxRow,
  secrets: readonly (string | null)[] = [],
): Circumstances {
  const now = effects.now();
  return {
    to: topic === 'host.event' ? 'host' : 'target',
    attempts,
    ageMs: now - createdAt,
    random: effects.random(),
    now,
    secrets: secrets.filter(secret => secret !== null),
  };
}
