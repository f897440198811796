import { type BreakerState, circuitBreaker } from '../../lib/circuit-breaker.ts';
import { isKeyferryError, type KeyferryError } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { closeIncident, type Incident, openIncident } from '../store/index.ts';
import { fault } from './faults.ts';

/** After so many exchanges in a row that came to nothing, the platform is left alone. */
const THRESHOLD = 3;
/** For how long, in milliseconds. */
const BACKOFF = { firstMs: 1_000, ceilingMs: 60_000 };
/** How often a good answer looks whether another process has opened an incident, in milliseconds. */
const LOOK_MS = 60_000;

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
  refuseWhileSilent(): void;
  /**
   * Makes one exchange and learns from its outcome.
   * @param subject for whom: 5xx of one subject alone do not stand for all
   * @param options.now a person asks: do not wait
   * @throws what `exchange` throws; KeyferryError platform_unreachable without an exchange
   */
  ask<Answer>(
    subject: string,
    exchange: () => Promise<Answer>,
    options?: { readonly now?: boolean },
  ): Promise<Answer>;
}

/** Watches the platform: a circuit breaker in this process, and one event an incident across processes. */
export function watchPlatform({
  database,
  effects,
}: Pick<InstanceContext, 'database' | 'effects'>): Platform {
  const { now, random, log } = effects;
  const breaker = circuitBreaker({ threshold: THRESHOLD, backoff: BACKOFF, now, random });
  let answeredAt: number | null = null;
  let refusingSince: number | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let troubled = false;

  function silent(): KeyferryError {
    return fault('platform_unreachable', 'The platform does not answer, and is asked again later.', {
      retryAfterMs: Math.max(1, breaker.waitMs()),
    });
  }

  async function opened(code: Incident['code'], { message }: KeyferryError): Promise<void> {
    troubled = true;
    const isNew = await openIncident(database, { code, detail: message, at: now() });
    if (isNew) log.error({ code }, message);
  }

  /** @param codes what the answer proves to be over */
  async function closed(codes: readonly Incident['code'][]): Promise<void> {
    if (!troubled && now() - lookedAt < LOOK_MS) return;
    lookedAt = now();
    if (await closeIncident(database, { codes, at: now() })) log.info('the platform answers again');
    troubled = refusingSince !== null;
  }

  /** What is written down must not hide what happened. */
  const noted = (writing: Promise<void>) =>
    writing.catch(err => log.error({ err }, 'an incident was not noted'));

  async function learn(subject: string, outcome: KeyferryError | null, attempt: Attempt): Promise<void> {
    const code = outcome?.code;
    if (outcome !== null && code === 'platform_unreachable') {
      // With a cause nothing came at all; without one it was a 5xx, which may be about this subject alone.
      const blamed = outcome.cause === undefined ? [subject] : [];
      if (attempt.failed(...blamed)) await noted(opened(code, outcome));
      return;
    }
    attempt.succeeded();
    answeredAt = now();
    if (outcome !== null && code === 'platform_refused') {
      if (refusingSince === null) {
        refusingSince = now();
        await noted(opened(code, outcome));
      }
      return;
    }
    // A token, or word of a dead grant, is only for who has the secret. Anything else any server may say.
    const accepted = outcome === null || code === 'needs_reconnect';
    if (accepted) refusingSince = null;
    await noted(closed(accepted ? ['platform_unreachable', 'platform_refused'] : ['platform_unreachable']));
  }

  return {
    refuseWhileSilent() {
      if (breaker.waitMs() > 0) throw silent();
    },
    async ask(subject, exchange, { now: force = false } = {}) {
      const attempt = breaker.attempt(force);
      if (attempt === null) throw silent();
      try {
        const answer = await exchange();
        await learn(subject, null, attempt);
        return answer;
      } catch (error) {
        if (isKeyferryError(error)) await learn(subject, error, attempt);
        throw error;
      } finally {
        attempt.dropped();
      }
    },
    state: () => stateOf(breaker.state(), { refusingSince, answeredAt }),
  };
}

type Attempt = NonNullable<ReturnType<ReturnType<typeof circuitBreaker>['attempt']>>;

function stateOf(
  { state, since, nextTryAt }: BreakerState,
  { refusingSince, answeredAt }: { refusingSince: number | null; answeredAt: number | null },
): PlatformState {
  if (state !== 'closed') return { state: 'unreachable', since, nextTryAt, answeredAt };
  if (refusingSince !== null) {
    return { state: 'refusing', since: refusingSince, nextTryAt: null, answeredAt };
  }
  return { state: answeredAt === null ? 'unknown' : 'answering', since: null, nextTryAt: null, answeredAt };
}
