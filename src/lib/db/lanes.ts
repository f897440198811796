import type { Client } from 'pg';
import type { Statements } from './open.ts';

/** PostgreSQL connections for single small statements, outside of transactions. */
export interface Lanes extends Statements {
  /** Ends them, once what is under way is answered. */
  close(): Promise<void>;
}

/** Two, so that a statement under way does not keep the server's next core idle. */
const LANES = 2;

interface Lane {
  /** Once it is connected. */
  client: Client | null;
  readonly connected: Promise<Client>;
  underWay: number;
}

/**
 * Opens connections on which a statement is sent while others are on their way: none waits for a free connection,
 * and what comes together travels in one packet. They are answered in their order, so that reads and writes need
 * lanes of their own: a write waits for the disk. They connect at the first statement; one that fails in any way is
 * replaced.
 * @param create makes a client that pipelines
 */
export function openLanes(create: () => Client): Lanes {
  const lanes = new Set<Lane>();

  function open(): Lane {
    const client = create();
    const connected = client.connect().then(() => {
      lane.client = client;
      return client;
    });
    const lane: Lane = { client: null, connected, underWay: 0 };
    lanes.add(lane);
    // Without a listener a connection that breaks would end the process; its queries fail besides.
    client.on('error', () => void lanes.delete(lane));
    client.on('end', () => void lanes.delete(lane));
    return lane;
  }

  function leastBusy(): Lane {
    let least: Lane | undefined;
    for (const lane of lanes) if (least === undefined || lane.underWay < least.underWay) least = lane;
    return least === undefined || (least.underWay > 0 && lanes.size < LANES) ? open() : least;
  }

  async function end(lane: Lane): Promise<void> {
    lanes.delete(lane);
    // Nobody waits for one that never connected, or is gone already.
    await lane.connected.then(client => client.end()).catch(() => undefined);
  }

  return {
    async run<Row>(text: string, values: readonly unknown[]) {
      const lane = leastBusy();
      lane.underWay += 1;
      try {
        const client = lane.client ?? (await lane.connected);
        return (await query(client, text, values)) as Row[];
      } catch (error) {
        // What failed may have been the preparation, which the driver would not repeat on this connection.
        void end(lane);
        throw error;
      } finally {
        lane.underWay -= 1;
      }
    },
    async close() {
      await Promise.all([...lanes].map(end));
    },
  };
}

/** With a callback: of a query with a promise V8 keeps all, and what came with it, until the next full collection. */
function query(client: Client, text: string, values: readonly unknown[]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    client.query(text, [...values], (error, result) => {
      if (error) reject(error);
      else resolve(result.rows);
    });
  });
}
