import { z } from 'zod';
import { MAX_ID } from './max-id.ts';

/** What an instance asks of the platform's sync endpoint. */
export interface SyncRequest {
  readonly calcomUserId: number;
  readonly appSlug: string;
}

const syncRequestSchema = z.object({
  calcomUserId: z
    .union([z.string().regex(/^[0-9]{1,10}$/), z.number().int()])
    .transform(Number)
    .pipe(z.number().int().min(1).max(MAX_ID)),
  appSlug: z.string().min(1).max(200),
});

/** The body, byte for byte as Cal.com sends it. @see docs/protocol.md#4 */
export function syncRequestBody(request: SyncRequest): string {
  return new URLSearchParams({
    calcomUserId: String(request.calcomUserId),
    appSlug: request.appSlug,
  }).toString();
}

export const SYNC_REQUEST_TYPE = 'application/x-www-form-urlencoded;charset=UTF-8';

/**
 * Reads a refresh request: form-encoded as Cal.com sends it, or JSON as its document shows it.
 * @throws SyntaxError or z.ZodError
 * @see docs/protocol.md#4
 */
export function parseSyncRequest(body: string, contentType: string): SyncRequest {
  const json = contentType.toLowerCase().includes('json') || body.trimStart().startsWith('{');
  return syncRequestSchema.parse(json ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)));
}

/** The longest answer of a sync endpoint that is read, in bytes. */
export const SYNC_ANSWER_BYTES = 1024 * 1024;
