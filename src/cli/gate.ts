import {
  type DirectRoutes,
  LIVE_PATH,
  type Listener,
  listen,
  PortTakenError,
  problemResponse,
} from '../lib/http/index.ts';
import { KeyferryError } from '../protocol/index.ts';
import { Failure } from './report-error.ts';

export type Handler = (request: Request) => Response | Promise<Response>;

/** What answers on a port. */
export interface Served {
  readonly fetch: Handler;
  readonly direct?: DirectRoutes;
}

/** A port that is held before what answers on it is ready. */
export interface Gate extends Listener {
  /** Whose it is: `instance`. */
  readonly name: string;
  /** From now on requests go to this role; until then they are asked to come back. */
  open(role: Served): void;
}

export interface GateOptions {
  /** Who listens: `instance`. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The option that changes the port: `--port`. */
  readonly flag: string;
}

/**
 * Takes a port, so that its address is known, and a taken one is found, before anything is opened.
 * @throws Failure when it cannot be had
 */
export async function holdGate({ name, host, port, flag }: GateOptions): Promise<Gate> {
  let served: Served = { fetch: request => answerWhileStarting(name, request) };
  try {
    const listener = await listen(request => served.fetch(request), {
      port,
      host,
      direct: path => served.direct?.(path),
    });
    return {
      ...listener,
      name,
      url: webAddress(listener.url),
      open: role => {
        served = role;
      },
    };
  } catch (error) {
    throw cannotListen(error, { name, host, port, flag });
  }
}

/** A process that is starting lives: whoever ended it for its silence would end each long migration anew. */
function answerWhileStarting(name: string, request: Request): Response {
  if (new URL(request.url).pathname === LIVE_PATH) return Response.json({ status: 'ok' });
  return problemResponse(
    new KeyferryError('busy', `The ${name} is starting.`, {
      remedy: 'Come back in a second.',
      retryAfterMs: 1000,
    }),
  );
}

function cannotListen(error: unknown, { name, host, port, flag }: GateOptions): unknown {
  if (error instanceof PortTakenError) {
    const next = `${flag} ${port + 1}`;
    return new Failure(
      `Port ${port} is taken: the ${name} cannot listen there.`,
      `Stop what uses it, or choose another: ${next}`,
      error,
    );
  }
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'EACCES') {
    return new Failure(
      `Port ${port} needs rights that this process lacks.`,
      `Choose one from 1024 on with ${flag}.`,
      error,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new Failure(
      `${host} is not an address of this machine.`,
      'Give --host 127.0.0.1, or 0.0.0.0 for all.',
      error,
    );
  }
  return error;
}

/** An address to type: "every interface" is none. */
function webAddress(url: string): string {
  return url.replace('//0.0.0.0:', '//localhost:').replace('//[::]:', '//localhost:');
}
