import type { FaultyServer } from '../faulty-server.ts';
import { type Fault, long } from './cells.ts';

/** What a server over HTTP can do to whoever asks it. */
export type IllServer = Extract<Fault, 'silent' | 'slow' | 'resets' | 'half answer' | 'odd answer' | 'full'>;

/** Short of every deadline of a delivery, in milliseconds. */
const SLOW_MS = long ? 9_000 : 2_500;

type Answer = FaultyServer['answer'];

const ODD: readonly Answer[] = [
  (_, response) => void response.writeHead(999).end('what?'),
  (_, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not here</html>'),
  (_, response) => void response.writeHead(302, { location: '/maintenance' }).end(),
  (_, response) => void response.writeHead(503, { 'content-type': 'text/html' }).end('<html>'),
];

/** How a server answers that is ill. @param well what it answers in time, where it does */
export function illAnswer(fault: IllServer, well: Answer): Answer {
  let asked = 0;
  const answers: Record<IllServer, Answer> = {
    silent: () => {},
    slow: (request, response) => void setTimeout(() => well(request, response), SLOW_MS).unref(),
    resets: (_, response) => void response.socket?.resetAndDestroy(),
    'half answer': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"mes');
      setTimeout(() => response.destroy(), 50).unref();
    },
    'odd answer': (request, response) => ODD[asked++ % ODD.length]?.(request, response),
    full: (_, response) => void response.writeHead(asked++ % 2 ? 507 : 429, { 'retry-after': '1' }).end(),
  };
  return answers[fault];
}
