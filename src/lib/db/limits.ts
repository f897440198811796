/** How long what is asked of PostgreSQL may take, in milliseconds. Lanes, pool and scans alike. */
export const LIMITS = {
  /** To connect, from the first packet until statements are taken. */
  connectMs: 5_000,
  /** A statement, by the server's clock: then the server ends it, and rolls back what it has written. */
  statementMs: 5_000,
  /** A statement, by ours, from when it is sent: then its connection is given up. The server should have been first. */
  answerMs: 7_000,
  /** A write on a lane that the server has not begun by then does nothing. @see writeBy in lanes.ts */
  begunMs: 2_000,
  /** A transaction between two statements, by the server's clock: then its locks go, whatever became of its owner. */
  idleInTransactionMs: 10_000,
  /** How often the server looks whether the connection of a running statement is still there. */
  goneMs: 1_000,
  /** A connection that is silent for so long is probed by the kernel; ten unanswered probes, a second apart, end it. */
  keepAliveMs: 5_000,
  /** The age at which a connection is replaced, so that what it was told of the server when it began is not old. */
  lifetimeMs: 3_600_000,
  /** A statement of a migration: an index over many rows takes longer than anything else. */
  migrationMs: 3_600_000,
} as const;

/** How many statements wait for an answer on the lanes of one kind; one more is refused. */
export const MOST_UNDER_WAY = 4_096;

const SERVER_LIMITS: readonly (readonly [string, number])[] = [
  ['statement_timeout', LIMITS.statementMs],
  ['idle_in_transaction_session_timeout', LIMITS.idleInTransactionMs],
  // Since PostgreSQL 14; before it there is no such row in pg_settings, and nothing is set.
  ['client_connection_check_interval', LIMITS.goneMs],
];

/**
 * The first statement of each connection. What an operator has set stricter, on the role or in DATABASE_URL, stays. It
 * tells the server's clock: `now`, in epoch milliseconds.
 */
export const OPENING = `select extract(epoch from clock_timestamp()) * 1000 as "now",
  (select count(set_config(s.name, l.most, false)) from pg_settings as s
    join (values ${SERVER_LIMITS.map(([name, most]) => `('${name}', '${most}')`).join(', ')}) as l (name, most)
    on l.name = s.name where cast(s.setting as bigint) not between 1 and cast(l.most as bigint))`;

/**
 * The same for connections of small statements. PostgreSQL's default of `random_page_cost` is for disks that turn: it
 * has it read all of a small table rather than find its one row by index.
 */
export const OPENING_BY_INDEX = `${OPENING}, set_config('random_page_cost', '1.1', false)`;
