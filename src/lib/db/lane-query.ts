import pg from 'pg';

/** A statement as PostgreSQL knows it, on every connection alike. */
export interface Known {
  readonly name: string;
  readonly text: string;
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

// The driver lets nothing but its own queries share a connection, and types none of what they override.
const Query = pg.Query as unknown as new (text: string) => object;

/**
 * A prepared statement that is described once a connection: the driver has its columns described anew at each call, a
 * tenth of a small read's time. It tells its outcome by a callback: of a query with a promise V8 keeps all, and
 * what came with it, until the next full collection.
 */
export class LaneQuery extends Query {
  /** The driver keeps account of what is prepared by these two. */
  readonly name: string;
  readonly text: string;
  readonly #known: Known;
  readonly #values: readonly unknown[];
  readonly #reader: TypeReader;
  readonly #answered: (error: unknown, rows: unknown[]) => void;
  readonly #rows: unknown[] = [];
  #columns: readonly Column[] = [];

  constructor(
    known: Known,
    values: readonly unknown[],
    { reader, answered }: { reader: TypeReader; answered: (error: unknown, rows: unknown[]) => void },
  ) {
    super(known.text);
    this.name = known.name;
    this.text = known.text;
    this.#known = known;
    this.#values = values;
    this.#reader = reader;
    this.#answered = answered;
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
      connection.bind({ statement: name, values: this.#values.map(asText) });
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
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: this.#reader(dataTypeID) }));
    this.#known.columns = this.#columns;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    for (let at = 0; at < fields.length; at++) {
      const { name, read } = this.#columns[at] as Column;
      const text = fields[at] as string | null;
      row[name] = text === null ? null : read(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {}

  handleError(error: unknown): void {
    // What it returns may have changed: the next connection tells.
    this.#known.columns = null;
    this.#answered(error, []);
  }

  handleReadyForQuery(): void {
    this.#answered(null, this.#rows);
  }
}

function asText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
