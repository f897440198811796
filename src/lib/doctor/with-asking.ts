import { createOutbound } from '../outbound.ts';
import type { Asking } from './ask.ts';

/** How long one question may take, in milliseconds. */
const DEADLINE_MS = 10_000;
const ANSWER_BYTES = 256 * 1024;

/** Lets a doctor ask, and closes its connections afterwards. @param now epoch milliseconds */
export async function withAsking<Result>(
  now: () => number,
  examine: (asking: Asking) => Promise<Result>,
): Promise<Result> {
  const outbound = createOutbound({ deadlineMs: DEADLINE_MS, maxBytes: ANSWER_BYTES, addresses: 'any' });
  try {
    return await examine({ outbound, now });
  } finally {
    await outbound.close();
  }
}
