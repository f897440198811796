import { type ErrorCode, isKeyferryError, type KeyferryError } from '../../protocol/index.ts';
import { noteFailure, type RefreshContext } from '../refresh/index.ts';
import { findConnection } from '../store/index.ts';

interface Refused {
  readonly id: string;
  readonly app: string;
}

/** What the refresh has noted on the row, or what is over by itself: a dead grant, a connection that is gone. */
const KNOWN: readonly ErrorCode[] = ['needs_reconnect', 'connection_not_found'];
/** What stands until somebody acts: without a note on its row the connection would look as if all were well. */
const STANDING: readonly ErrorCode[] = ['sealed_unreadable'];

/**
 * Logs a refresh that failed for another reason than its provider. What no later try mends by itself is noted
 * on the connection, with one event and one line an incident. Throws nothing: one grant stops no other.
 */
export async function noteUnforeseen(
  context: RefreshContext,
  refused: Refused,
  error: unknown,
): Promise<void> {
  const { log } = context.effects;
  if (isKeyferryError(error) && KNOWN.includes(error.code)) return;
  const code = isKeyferryError(error) ? error.code : 'internal';
  const line = { err: error, connectionId: refused.id, app: refused.app, code };
  try {
    const standing = isKeyferryError(error) && STANDING.includes(error.code);
    if (standing && !(await noteStanding(context, refused, error))) return;
  } catch (cause) {
    log.error({ ...line, err: cause }, 'failed refresh not noted');
  }
  log.error(line, 'not refreshed ahead');
}

/** @returns whether it is new */
async function noteStanding(
  context: RefreshContext,
  { id }: Refused,
  error: KeyferryError,
): Promise<boolean> {
  const row = await findConnection(context.database.db, id);
  if (row === null || row.status === 'needs_reconnect') return false;
  await noteFailure(context, row, { error, reason: error.message });
  return row.statusReason !== error.code;
}
