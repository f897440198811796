import type { BreakerState } from '../../lib/circuit-breaker.ts';
import { isKeyferryError, type KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { fault } from './faults.ts';
import { incidentNotes } from './incident-notes.ts';
import { platformBreakers, type Subject } from './platform-breakers.ts';

/** What this process knows of the platform. Times are epoch milliseconds. */
export interface PlatformState {
  /**
   * `unknown`: not asked yet. `unreachable`: it does not answer, and is left alone. `refusing`: it answers, but
   * refuses our secret.
   */
  readonly state: 'unknown' | 'answering' | 'unreachable' | 'refusing';
  /** Since when it has not answered, or refused us; null while all is well. */
  readonly since: number | null;
  /** Before it nobody asks, while it is unreachable; else null. */
  readonly nextTryAt: number | null;
  /** When it last answered anything. */
  readonly answeredAt: number | null;
}

/** The platform as a whole, as one process sees it. */
export interface Platform {
  state(): PlatformState;
  /** @throws KeyferryError platform_unreachable at once, while it is left alone */
  refuseWhileSilent(appSlug: string): void;
  /**
   * Makes one exchange and learns from its outcome.
   * @param options.now a person asks: do not wait
   * @throws what `exchange` throws; KeyferryError platform_unreachable without an exchange
   */
  ask<Answer>(
    subject: Subject,
    exchange: () => Promise<Answer>,
    options?: { readonly now?: boolean },
  ): Promise<Answer>;
}

/** Watches the platform: circuit breakers in this process, and one event an incident across processes. */
export function watchPlatform({
  database,
  effects,
}: Pick<InstanceContext, 'database' | 'effects'>): Platform {
  const { now } = effects;
  const breakers = platformBreakers(effects);
  const notes = incidentNotes({ database, effects });
  let answeredAt: number | null = null;
  let refusingSince: number | null = null;

  /** Some of it is left alone, and nothing has come from it since. An app that is slow at its provider is not it. */
  function silence(): BreakerState | null {
    const [longest] = breakers.open().filter(({ since }) => answeredAt === null || answeredAt < (since ?? 0));
    return longest ?? null;
  }

  async function learn(outcome: KeyferryError | null, attempt: PlatformAttempt): Promise<void> {
    const code = outcome?.code;
    if (outcome !== null && code === 'platform_unreachable') {
      attempt.failed(outcome);
      if (silence() !== null) await notes.begun(code, outcome.message);
      return;
    }
    attempt.succeeded();
    answeredAt = now();
    if (outcome !== null && code === 'platform_refused') {
      refusingSince ??= now();
      await notes.begun(code, outcome.message);
      return;
    }
    // A token, or word of a dead grant, is only for who has the secret. Anything else any server may say.
    const accepted = outcome === null || code === 'needs_reconnect';
    if (accepted) refusingSince = null;
    await notes.over(accepted ? ['platform_unreachable', 'platform_refused'] : ['platform_unreachable']);
  }

  return {
    refuseWhileSilent(appSlug) {
      const wait = breakers.waitMs(appSlug);
      if (wait > 0) throw silent(wait);
    },
    async ask(subject, exchange, { now: force = false } = {}) {
      const attempt = breakers.attempt(subject, force);
      if (attempt === null) throw silent(breakers.waitMs(subject.appSlug));
      try {
        const answer = await exchange();
        await learn(null, attempt);
        return answer;
      } catch (error) {
        if (isKeyferryError(error)) await learn(error, attempt);
        throw error;
      } finally {
        attempt.dropped();
      }
    },
    state() {
      const found = silence();
      if (found !== null) {
        const { since, nextTryAt } = found;
        return { state: 'unreachable', since, nextTryAt, answeredAt };
      }
      if (refusingSince !== null) {
        return { state: 'refusing', since: refusingSince, nextTryAt: null, answeredAt };
      }
      const state = answeredAt === null ? 'unknown' : 'answering';
      return { state, since: null, nextTryAt: null, answeredAt };
    },
  };
}

type PlatformAttempt = NonNullable<ReturnType<ReturnType<typeof platformBreakers>['attempt']>>;

function silent(retryAfterMs: number): KeyferryError {
  return fault('platform_unreachable', 'The platform does not answer, and is asked again later.', {
    retryAfterMs: Math.max(1, retryAfterMs),
  });
}
