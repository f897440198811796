import type { Client, Submittable } from 'pg';
import { type Known, LaneQuery, type TypeReader } from './lane-query.ts';
import type { Statements } from './open.ts';

/** PostgreSQL connections for single small statements, outside of transactions. */
export interface Lanes extends Statements {
  /** Ends them, once what is under way is answered. */
  close(): Promise<void>;
}

/** Two, so that a statement under way does not keep the server's next core idle. */
const LANES = 2;

/**
 * PostgreSQL's default is for disks that turn: it has it read all of a small table rather than find its one row by
 * index. Small statements find single rows.
 */
const BY_INDEX = 'set random_page_cost = 1.1';

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
 * @param reader reads what comes back
 */
export function openLanes(create: () => Client, reader: TypeReader): Lanes {
  const lanes = new Set<Lane>();
  const statements = new Map<string, Known>();

  function open(): Lane {
    const client = create();
    const connected = client.connect().then(async () => {
      await client.query(BY_INDEX);
      lane.client = client;
      return client;
    });
    const lane: Lane = { client: null, connected, underWay: 0 };
    connected.catch(() => client.end()).catch(() => undefined);
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

  /** Each statement is prepared once a connection. There are few: their values vary, their texts do not. */
  function known(text: string): Known {
    const found = statements.get(text);
    if (found !== undefined) return found;
    const made = { name: `kf${statements.size}`, text, columns: null };
    statements.set(text, made);
    return made;
  }

  function query(client: Client, statement: Known, values: readonly unknown[]): Promise<unknown[]> {
    return new Promise((resolve, reject) => {
      const answered = (error: unknown, rows: unknown[]) => (error === null ? resolve(rows) : reject(error));
      client.query(new LaneQuery(statement, values, { reader, answered }) as unknown as Submittable);
    });
  }

  return {
    async run<Row>(text: string, values: readonly unknown[]) {
      const lane = leastBusy();
      lane.underWay += 1;
      try {
        const client = lane.client ?? (await lane.connected);
        return (await query(client, known(text), values)) as Row[];
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
