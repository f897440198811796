import { isKeyferryError, KeyferryError } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { createLine, type Entrant, type Line } from './line.ts';
import { type Limit, refuseBlocked, takeTry, tooManyTries } from './tries.ts';

/** The longest wait for a try that a caller spends here instead of hearing 429, in milliseconds. */
export const PATIENCE_MS = 10_000;
/** How many callers wait for one account: with 8 s between two tries, no one waits longer than about a minute. */
const WAITING = 6;
/** How often the wait may begin anew, because another process had the next try. */
const ROUNDS = 3;

/** The lines in which somebody is. Each caller has a connection, and those are bounded. */
const lines = new Map<string, Line>();

/**
 * Does the work of one caller after another for an account. Who waits in a line is served before whoever comes
 * later: one who asks again and again has no advantage over one who asks once.
 * @throws KeyferryError too_many_tries when too many wait already
 */
export async function inLine<T>(name: string, entrant: Entrant, work: () => Promise<T>): Promise<T> {
  const line = lines.get(name) ?? createLine({ waiting: WAITING });
  lines.set(name, line);
  const leave = await line.enter(entrant).catch(error => {
    throw isKeyferryError(error) ? tooManyTries(PATIENCE_MS) : error;
  });
  try {
    return await work();
  } finally {
    leave();
    if (line.idle) lines.delete(name);
  }
}

type Needs = Parameters<typeof takeTry>[0];

/** Counts a try, after the wait that stands before it where that is short. @throws KeyferryError too_many_tries */
export function takePatiently(context: Needs, limit: Limit, signal?: AbortSignal): Promise<number> {
  return patiently(context, () => takeTry(context, limit), signal);
}

/** Waits until a limit has room, where that is soon; counts nothing. @throws KeyferryError too_many_tries */
export function awaitRoom(context: Needs, limit: Limit, signal?: AbortSignal): Promise<void> {
  return patiently(context, () => refuseBlocked(context, limit), signal);
}

async function patiently<T>(
  { effects }: Pick<SignInContext, 'effects'>,
  run: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let round = 1; ; round += 1) {
    try {
      return await run();
    } catch (error) {
      const waitMs = isKeyferryError(error) && error.code === 'too_many_tries' ? error.retryAfterMs : null;
      if (waitMs === null || waitMs > PATIENCE_MS || round === ROUNDS) throw error;
      await effects.sleep(waitMs, signal);
      if (signal?.aborted) throw new KeyferryError('busy', 'The caller is gone.', { retryAfterMs: 1_000 });
    }
  }
}
