import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { secretHeaders } from '../../protocol/index.ts';
import { type Outbound, type OutboundAnswer, OutboundError, type OutboundRequest } from '../outbound.ts';
import type { SyncSettings } from '../sync-settings.ts';

/** The settings without which there is nothing to ask. */
export interface Wire {
  readonly secret: string;
  readonly header: string | null;
  readonly encryptionKey: KeyObject;
}

export function wireOf({ secret, header, encryptionKey }: SyncSettings): Wire | null {
  return secret === null || encryptionKey === null ? null : { secret, header, encryptionKey };
}

/** What a doctor asks with. */
export interface Asking {
  readonly outbound: Outbound;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** An answer, or why none came in words of ours. */
export type Answered =
  | { readonly answer: OutboundAnswer; readonly askedAt: number }
  | { readonly reason: string };

/** Sends one request, timed in the middle, so that the other side's clock can be compared. */
export async function ask(
  { outbound, now }: Asking,
  url: string,
  request: OutboundRequest,
): Promise<Answered> {
  const before = now();
  try {
    const answer = await outbound(url, request);
    return { answer, askedAt: (before + now()) / 2 };
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return { reason: error.message };
  }
}

const statusSchema = z.object({
  role: z.enum(['instance', 'platform']),
  version: z.string(),
  time: z.number(),
  sharing: z.boolean().optional(),
  apps: z.array(z.string()),
});

export type PeerStatus = z.infer<typeof statusSchema>;

export type StatusAnswer =
  | { readonly kind: 'status'; readonly status: PeerStatus; readonly askedAt: number }
  /** A Keyferry that does not take our secret. */
  | { readonly kind: 'refused' }
  /** Something that is no Keyferry. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'silent'; readonly reason: string };

/** Asks the other side who it is. Only a Keyferry has this route. */
export async function askStatus(asking: Asking, base: string, wire: Wire): Promise<StatusAnswer> {
  const headers = secretHeaders(wire.secret, wire.header);
  const answered = await ask(asking, `${base}/api/keyferry/v1/status`, { headers });
  if ('reason' in answered) return { kind: 'silent', reason: answered.reason };
  const { answer, askedAt } = answered;
  const body = json(answer);
  const status = statusSchema.safeParse(body);
  if (answer.status === 200 && status.success) return { kind: 'status', status: status.data, askedAt };
  const code = z.object({ code: z.enum(['unauthenticated', 'secret_invalid', 'sharing_disabled']) });
  return { kind: code.safeParse(body).success ? 'refused' : 'foreign' };
}

/** The body as JSON, or null. */
export function json(answer: OutboundAnswer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return null;
  }
}
