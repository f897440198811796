/** The end of a statement that writes: the rows of its part `written`. */
export const ROWS_WRITTEN = 'select * from written';

/** PostgreSQL's code of what the guard below raises. */
export const LATE = '22012';

/** A statement whose answer names what it answers, and which has its own parameters besides. */
export interface Echoed {
  readonly text: string;
  /** Whether it takes, besides, the time by which it must have begun. */
  readonly writes: boolean;
}

/**
 * A statement for a connection on which answers come in the order of the questions, and are told apart by nothing else:
 * what is lost or doubled on the way would give each caller the rows of another. So each statement takes a number as
 * its next parameter, and its first row begins with it, also where it found none: then the second column is null.
 *
 * One that writes takes a time as well, in seconds of the server's clock, and fails with `LATE`, writing nothing, where
 * it begins later: a server that was stopped, or a network, may hand on what everybody has given up.
 * @returns null for what cannot be put so
 */
export function echo(statement: string, parameters: number): Echoed | null {
  const text = statement.trim();
  const number = `(select cast($${parameters + 1} as integer) as "kf") as asked`;
  if (/^select\b/i.test(text)) {
    return {
      text: `select asked."kf", found.* from ${number} left join (select true as "kf", rows.* from (${text}) as rows) as found on true`,
      writes: false,
    };
  }
  if (!text.startsWith('with ') || !text.endsWith(ROWS_WRITTEN)) return null;
  const inTime = `1 / cast(statement_timestamp() <= to_timestamp($${parameters + 2}) as integer) = 1`;
  const before = text.slice(0, -ROWS_WRITTEN.length);
  return {
    text: `${before}select asked."kf", found.* from ${number} left join (select true as "kf", written.* from written) as found on true where ${inTime}`,
    writes: true,
  };
}
