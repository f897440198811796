import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { open, seal } from '../../lib/sealed-box.ts';
import type { Credential } from '../../protocol/index.ts';
import { judgeTokens, type TokenAnswer } from '../oauth/index.ts';
import { insertRefreshAttempt, keepAnswer, listRefreshAttempts } from '../store/index.ts';
import { findOAuthApp, type Grant } from '../vault/index.ts';
import type { RefreshContext } from './fresh-credential.ts';

/** A refresh of which something may still come, as the journal has it. */
export interface Attempt {
  readonly id: string;
  /** Of the connection when it was begun. */
  readonly version: number;
  /** Epoch milliseconds. */
  readonly beganAt: number;
  /** The refresh token that was sent. */
  readonly sent: string;
  /** What the provider gave; null where no usable answer is known. */
  readonly tokens: Credential | null;
  /** Why there is no answer, in a few words; null where whoever sent it has not said. */
  readonly fault: string | null;
  /** The process that sent it: host/process id. */
  readonly sentBy: string | null;
}

const THIS_PROCESS = `${hostname()}/${process.pid}`;

type Context = Pick<RefreshContext, 'config' | 'database' | 'catalogue' | 'effects' | 'unwritten'>;

/**
 * Writes down that a grant is about to be refreshed, before anything is sent.
 * @param fence the generation of the lease
 */
export async function beginAttempt(
  { config, database, effects }: Context,
  { row, credential }: Grant,
  fence: number,
): Promise<Attempt> {
  const [id, beganAt, sent] = [randomUUID(), effects.now(), credential.refreshToken ?? ''];
  const { id: connectionId, version } = row;
  const sealedSent = seal(config.keyring, sent, identity(id, 'sent'));
  const attempt = { id, connectionId, fence, version, sealedSent, sentBy: THIS_PROCESS };
  await insertRefreshAttempt(database.db, attempt, beganAt);
  effects.step?.('refresh.begun');
  return { id, version, beganAt, sent, tokens: null, fault: null, sentBy: THIS_PROCESS };
}

/** The longest pause between two tries to write an answer down, in milliseconds: less than others wait for it. */
const PAUSE_MS = 1_000;

/**
 * Writes a provider's answer down, sealed, as it came. The refresh token before it may be dead by now, so while that
 * fails the answer is held in memory, and it is tried again for as long as this process lives.
 * @throws what the driver threw last, when the process ends and waits no longer
 */
export async function keepAnswerOf(
  context: Context,
  { row }: Grant,
  attempt: Attempt,
  { status, body, at }: TokenAnswer,
): Promise<void> {
  const { config, database, effects, unwritten } = context;
  const { id } = attempt;
  effects.step?.('refresh.answered');
  const kept = JSON.stringify({ status, body, at });
  const sealedAnswer = seal(config.keyring, kept, identity(id, 'answer'));
  const write = () => keepAnswer(database.db, { id, sealedAnswer });
  const first = await write().then(() => null, wrapped);
  if (first !== null) {
    const told = { connectionId: row.id, attempt: id };
    const letGo = unwritten.hold(row.id, { ...attempt, tokens: tokensOf(context, row.appSlug, kept) });
    const words = 'the answer of a provider cannot be written down: it is kept in memory until it can';
    effects.log.error({ err: first.error, ...told }, words);
    try {
      await writeWhenThereIsRoom(context, write);
    } finally {
      letGo();
    }
    effects.log.info(told, 'the answer of a provider is written down');
  }
  effects.step?.('refresh.kept');
}

async function writeWhenThereIsRoom(
  { effects, unwritten }: Context,
  write: () => Promise<void>,
): Promise<void> {
  for (let pause = 100; ; pause = Math.min(PAUSE_MS, pause * 2)) {
    unwritten.makeRoom();
    const failed = await write().then(() => null, wrapped);
    if (failed === null) return;
    if (unwritten.abandoned.aborted) throw failed.error;
    await effects.sleep(pause, unwritten.abandoned);
  }
}

const wrapped = (error: unknown) => ({ error });

/** The attempts of a grant, open, the newest first. */
export async function listAttempts(context: Context, { row }: Grant): Promise<Attempt[]> {
  const { keyring } = context.config;
  const rows = await listRefreshAttempts(context.database.db, row.id);
  return rows.map(({ id, version, beganAt, sealedSent, sealedAnswer, fault, sentBy }) => ({
    id,
    version,
    beganAt,
    fault,
    sentBy,
    sent: open(keyring, sealedSent, identity(id, 'sent')),
    tokens:
      sealedAnswer === null
        ? null
        : tokensOf(context, row.appSlug, open(keyring, sealedAnswer, identity(id, 'answer'))),
  }));
}

/** Whether an attempt brought a refresh token of its own, and so is worth more than its access token. */
export function renews(attempt: Attempt): attempt is Attempt & { readonly tokens: Credential } {
  const given = attempt.tokens?.refreshToken ?? null;
  return given !== null && given !== attempt.sent;
}

/** Judged again each time: a record that has been corrected meanwhile may read what could not be read. */
function tokensOf(context: Context, slug: string, kept: string): Credential | null {
  const { status, body, at } = JSON.parse(kept) as Omit<TokenAnswer, 'headers'>;
  const rules = findOAuthApp(context, slug).credential.oauth;
  const outcome = judgeTokens({ status, body, headers: new Headers() }, rules, at);
  return outcome.kind === 'tokens' ? outcome.credential : null;
}

/** What seals a column of an attempt: in another row or column it does not open. */
function identity(id: string, column: 'sent' | 'answer'): string {
  return `refresh_attempt:${id}:${column}`;
}
