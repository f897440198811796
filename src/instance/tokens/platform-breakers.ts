import {
  type Attempt,
  type BreakerState,
  type CircuitBreaker,
  circuitBreaker,
} from '../../lib/circuit-breaker.ts';
import type { Effects } from '../../lib/effects.ts';
import { OutboundError } from '../../lib/outbound.ts';
import type { KeyferryError } from '../../protocol/index.ts';

/** After so many exchanges in a row that came to nothing, nobody asks for a while. */
const THRESHOLD = 3;
/** For how long, in milliseconds. */
const BACKOFF = { firstMs: 1_000, ceilingMs: 60_000 };

/** For what the platform is asked. */
export interface Subject {
  readonly credentialId: number;
  readonly appSlug: string;
}

/**
 * A breaker for the platform as a whole, and one an app: where no connection comes about, nobody needs to try. Where
 * the platform takes a request and then says 5xx, or nothing, it may be that app's provider that is slow or broken,
 * and the other apps are not to suffer.
 */
export function platformBreakers({ now, random }: Pick<Effects, 'now' | 'random'>) {
  const make = () => circuitBreaker({ threshold: THRESHOLD, backoff: BACKOFF, now, random });
  const whole = make();
  const apps = new Map<string, CircuitBreaker>();

  function of(appSlug: string): CircuitBreaker {
    const known = apps.get(appSlug) ?? make();
    apps.set(appSlug, known);
    return known;
  }

  return {
    waitMs: (appSlug: string) => Math.max(whole.waitMs(), of(appSlug).waitMs()),
    /** @returns null where it has to wait */
    attempt({ credentialId, appSlug }: Subject, force: boolean) {
      const forAll = whole.attempt(force);
      const forApp = of(appSlug).attempt(force);
      if (forAll === null || forApp === null) {
        forAll?.dropped();
        forApp?.dropped();
        return null;
      }
      const both: readonly Attempt[] = [forAll, forApp];
      return {
        succeeded: () => both.forEach(attempt => void attempt.succeeded()),
        dropped: () => both.forEach(attempt => void attempt.dropped()),
        failed({ cause }: KeyferryError): void {
          const blamed = String(credentialId);
          if (cause instanceof OutboundError && cause.kind !== 'timeout') {
            forAll.failed(...(cause.maybeSent ? [blamed] : []));
            return;
          }
          // It proves nothing about the whole, unless that was known to be away: then it is still not back.
          if (whole.state().state !== 'closed') forAll.failed(blamed);
          forApp.failed(blamed);
        },
      };
    },
    /** Those that are not closed, the longest first. */
    open: (): BreakerState[] =>
      [whole, ...apps.values()]
        .map(breaker => breaker.state())
        .filter(({ state }) => state !== 'closed')
        .sort((one, other) => (one.since ?? 0) - (other.since ?? 0)),
  };
}
