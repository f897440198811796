import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { readCapacity } from './capacity.ts';
import { responseOf } from './client-error.ts';

/** The connections of callers, over all ports of the process. */
export interface Connections {
  /** Counts those of a server from now on. */
  admit(server: Server): void;
}

/** So many of the oldest are looked at for one that may be cut. */
const LOOKS = 64;

/**
 * Keeps so many connections at most: for a new one beyond that, the oldest is cut that waits for its caller (for a
 * header, for the rest of a body, for another request); where all are being answered, the new one. So nobody keeps others out by
 * opening connections and saying nothing.
 */
export function limitConnections(most: number): Connections {
  const open = new Set<Socket>();

  function makeRoom(): boolean {
    let looks = 0;
    for (const connection of open) {
      const isAnswering = responseOf(connection)?.req.complete === true;
      if (!isAnswering) {
        connection.destroy();
        open.delete(connection);
        return true;
      }
      looks += 1;
      if (looks >= LOOKS) return false;
    }
    return false;
  }

  return {
    admit(server) {
      server.on('connection', (connection: Socket) => {
        if (open.size >= most && !makeRoom()) {
          connection.destroy();
          return;
        }
        open.add(connection);
        connection.once('close', () => open.delete(connection));
      });
    },
  };
}

/** Those of this process. */
export const CONNECTIONS = limitConnections(readCapacity().connections);
