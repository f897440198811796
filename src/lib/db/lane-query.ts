import pg from 'pg';
import type { Echoed } from './lane-echo.ts';

/** A statement as PostgreSQL knows it, on every connection alike. */
export interface Known {
  readonly name: string;
  readonly text: string;
  /** How it names what it answers; null where it does not. */
  readonly echoed: Echoed | null;
  /** What it returns; null until a connection has told. Where that has changed, PostgreSQL refuses the statement. */
  columns: readonly Column[] | null;
}

interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** How the driver reads a type, by its number. */
export type TypeReader = (type: number) => (text: string) => unknown;

interface Described {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** The driver's connection, as far as a query uses it. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** Names of statements that are prepared, or on their way. */
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  describe(message: { readonly type: 'P'; readonly name: string }): void;
  execute(message: object): void;
  sync(): void;
}

/** An answer is not that of the statement whose turn it was. None of the connection's answers can be believed. */
export class AnswerMixedUp extends Error {
  override readonly name = 'AnswerMixedUp' as const;
  /** connection_failure */
  readonly code = '08006';
}

// The driver lets nothing but its own queries share a connection, and types none of what they override.
const Query = pg.Query as unknown as new (text: string) => object;

/** What a query is given besides its statement. */
export interface Asking {
  readonly values: readonly unknown[];
  /** What the answer must begin with, where the statement names what it answers. */
  readonly number: string;
  readonly reader: TypeReader;
  readonly answered: (error: unknown, rows: unknown[]) => void;
}

/** The columns by which an answer names its question, and says whether there is a row. */
const OWN_COLUMNS = 2;

/**
 * A prepared statement that is described once a connection: the driver has its columns described anew at each call, a
 * tenth of a small read's time. It tells its outcome by a callback: of a query with a promise V8 keeps all, and
 * what came with it, until the next full collection.
 */
export class LaneQuery extends Query {
  /** The driver keeps account of what is prepared by these two. */
  readonly name: string;
  readonly text: string;
  /** The one that was sent after it. */
  next: LaneQuery | null = null;
  /** When it was sent, in the lane's own counting. */
  sentAt = 0;
  /** Whether the server has done it: only its commit is open then. */
  isDone = false;
  readonly #known: Known;
  readonly #asking: Asking;
  readonly #rows: unknown[] = [];
  #columns: readonly Column[] = [];
  #fault: AnswerMixedUp | null = null;
  #named = false;

  constructor(known: Known, asking: Asking) {
    super(known.text);
    this.name = known.name;
    this.text = known.text;
    this.#known = known;
    this.#asking = asking;
  }

  submit(connection: Wire): null {
    const { name, text, columns } = this.#known;
    this.#columns = columns ?? [];
    const isNew = !(name in connection.parsedStatements) && !(name in connection.submittedNamedStatements);
    connection.stream.cork();
    try {
      if (isNew) {
        connection.parse({ name, text });
        connection.submittedNamedStatements[name] = text;
      }
      connection.bind({ statement: name, values: this.#asking.values.map(asText) });
      // What another connection was told before may have changed until this one prepared it.
      if (isNew || columns === null) connection.describe({ type: 'P', name: '' });
      connection.execute({});
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
    return null;
  }

  handleRowDescription({ fields }: Described): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: this.#asking.reader(dataTypeID) }));
    this.#known.columns = this.#columns;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const columns = this.#columns;
    const first = this.#known.echoed === null ? 0 : OWN_COLUMNS;
    if (fields.length !== columns.length || (first > 0 && fields[0] !== this.#asking.number)) {
      this.#mixedUp();
      return;
    }
    this.#named = true;
    if (first > 0 && fields[1] === null) return;
    const row: Record<string, unknown> = {};
    for (let at = first; at < fields.length; at++) {
      const { name, read } = columns[at] as Column;
      const text = fields[at] as string | null;
      row[name] = text === null ? null : read(text);
    }
    this.#rows.push(row);
  }

  #mixedUp(): void {
    this.#fault ??= new AnswerMixedUp('An answer of the database is not that of the statement it came for.');
  }

  handleCommandComplete(): void {
    this.isDone = true;
  }

  handleEmptyQuery(): void {
    this.isDone = true;
  }

  handleError(error: unknown): void {
    // What it returns may have changed: the next connection tells.
    this.#known.columns = null;
    this.#asking.answered(error, []);
  }

  handleReadyForQuery(): void {
    if (!this.isDone || (this.#known.echoed !== null && !this.#named)) this.#mixedUp();
    this.#asking.answered(this.#fault, this.#rows);
  }
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
