import { randomUUID } from 'node:crypto';
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
}

type Context = Pick<RefreshContext, 'config' | 'database' | 'catalogue' | 'effects'>;

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
  await insertRefreshAttempt(database.db, { id, connectionId, fence, version, sealedSent }, beganAt);
  effects.step?.('refresh.begun');
  return { id, version, beganAt, sent, tokens: null };
}

/** How long an answer is tried to be written: half a minute and more, while it is in this memory alone. */
const WRITES = 10;
const longestMs = 5_000;

/**
 * Writes a provider's answer down, sealed, as it came. The refresh token before it may be dead by now, so a
 * write that fails is tried again; when it never succeeds, what is left is the commit itself.
 */
export async function keepAnswerOf(
  { config, database, effects }: Context,
  { id }: Attempt,
  { status, body, at }: TokenAnswer,
): Promise<void> {
  effects.step?.('refresh.answered');
  const sealedAnswer = seal(config.keyring, JSON.stringify({ status, body, at }), identity(id, 'answer'));
  for (let write = 1; ; write += 1) {
    try {
      await keepAnswer(database.db, { id, sealedAnswer });
      effects.step?.('refresh.kept');
      return;
    } catch (error) {
      effects.log.warn({ err: error, attempt: id }, 'answer of a provider not written down yet');
      if (write === WRITES) return;
      await effects.sleep(Math.min(longestMs, 200 * 2 ** write));
    }
  }
}

/** The attempts of a grant, open, the newest first. */
export async function listAttempts(context: Context, { row }: Grant): Promise<Attempt[]> {
  const { keyring } = context.config;
  const rows = await listRefreshAttempts(context.database.db, row.id);
  return rows.map(({ id, version, beganAt, sealedSent, sealedAnswer }) => ({
    id,
    version,
    beganAt,
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
