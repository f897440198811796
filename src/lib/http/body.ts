import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { KeyferryError } from '../../protocol/index.ts';
import { BODIES, noRoom } from './body-budget.ts';

/**
 * Reads a request's body as text.
 * @param maxBytes beyond it the rest is not read
 * @throws KeyferryError body_too_large; busy where too many long ones are under way
 */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const declared = request.headers.get('content-length');
  // With a declared length the HTTP parser holds the sender to it.
  if (declared !== null && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  const counted = declared === null ? maxBytes : Number(declared);
  if (!BODIES.take(counted)) throw noRoom();
  try {
    return await (declared === null ? readChunks(request, maxBytes) : request.text());
  } finally {
    BODIES.give(counted);
  }
}

async function readChunks(request: Request, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  // As `text()` above does it: without a byte order mark.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/**
 * Refuses bodies beyond a size on all routes below. A declared length is judged by itself: looking at the
 * body stream would cost more than the rest of a small request.
 * @throws KeyferryError body_too_large
 */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const counting = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw tooLarge(maxBytes);
    },
  });
  return async function limit(c, next) {
    const declared = c.req.header('content-length');
    if (declared === undefined) return counting(c, next);
    if (Number(declared) > maxBytes) throw tooLarge(maxBytes);
    return next();
  };
}

function tooLarge(maxBytes: number): KeyferryError {
  return new KeyferryError('body_too_large', `The body is longer than ${maxBytes} bytes.`, {
    remedy: 'Send less.',
  });
}
