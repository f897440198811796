import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** As Node answers what it cannot parse where nobody listens. */
const ANSWERS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * Answers what is no HTTP, and closes. Where it comes behind a request that is being answered, that answer goes first: Node would
 * say 400 in its place, and a push that is stored would be told as refused.
 */
export function answerClientErrors(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const end = () => {
      if (!socket.writable) return void socket.destroy();
      const status = ANSWERS[error.code ?? ''] ?? '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
      socket.destroySoon();
    };
    const answering = responseOf(socket);
    if (answering?.req.complete) answering.once('close', end);
    else end();
  });
}

/** Node keeps the response that is under way on its socket. */
export function responseOf(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage ?? null;
}
