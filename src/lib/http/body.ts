import { KeyferryError } from '../../protocol/index.ts';

/**
 * Reads a request's body as text.
 * @param maxBytes beyond it the rest is not read
 * @throws KeyferryError body_too_large
 */
export async function readBody(request: Request, maxBytes: number): Promise<string> {
  const declared = request.headers.get('content-length');
  // With a declared length the HTTP parser holds the sender to it.
  if (declared !== null && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  if (declared !== null) return request.text();
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

function tooLarge(maxBytes: number): KeyferryError {
  return new KeyferryError('body_too_large', `The body is longer than ${maxBytes} bytes.`, {
    remedy: 'Send less: a credential is a few kilobytes.',
  });
}
