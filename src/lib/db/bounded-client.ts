import type { Socket } from 'node:net';
import pg from 'pg';
import { deadline } from '../deadline.ts';
import { DatabaseTimeout } from './fault.ts';
import { LIMITS } from './limits.ts';

/** A transaction that may take longer says so with this as its first statement: see `allow`. */
const ALLOWS = /^set local statement_timeout = (\d+)$/;

/** A statement that gives its transaction so long for each statement, in milliseconds; PostgreSQL's. */
export function allow(ms: number): string {
  return `set local statement_timeout = ${ms}`;
}

interface Wire {
  readonly stream: { destroy(error?: Error): void };
  on(event: 'commandComplete', listener: () => void): void;
}

export interface BoundedConfig extends pg.ClientConfig {
  /** How long a statement may take, in milliseconds, where it is not as long as usually. */
  readonly answerMs?: number;
}

/**
 * A connection on which no statement waits longer than it may: a connection that is silent is given up, since what
 * comes late on it would be another statement's answer.
 */
export class BoundedClient extends pg.Client {
  readonly #usualMs: number;
  #answerMs: number;
  #silent: DatabaseTimeout | null = null;
  #done = false;

  constructor(config: BoundedConfig = {}) {
    super(config);
    this.#usualMs = config.answerMs ?? LIMITS.answerMs;
    this.#answerMs = this.#usualMs;
    keepWhole(this);
    (this as unknown as { connection: Wire }).connection.on('commandComplete', () => {
      this.#done = true;
    });
  }

  /** Whether the server has said of the latest statement that it is done: only its commit is open then. */
  get isDone(): boolean {
    return this.#done;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the driver's overloads; only the form that answers by a promise changes.
  override query(...given: any[]): any {
    this.#done = false;
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const answer: unknown = super.query(...(given as [any]));
    if (!(answer instanceof Promise)) return answer;
    this.#keepTerm(textOf(given[0]));
    return this.#bounded(answer);
  }

  async #bounded<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const callOff = deadline(this.#answerMs, () => {
      this.#silent = new DatabaseTimeout(`The database did not answer within ${this.#answerMs / 1_000} s.`);
      (this as unknown as { connection: Wire }).connection.stream.destroy();
    });
    try {
      return await answer;
    } catch (error) {
      throw this.#silent ?? error;
    } finally {
      callOff();
    }
  }

  #keepTerm(text: string): void {
    const [, ms] = ALLOWS.exec(text) ?? [];
    if (ms !== undefined) this.#answerMs = Number(ms) + LIMITS.answerMs - LIMITS.statementMs;
    else if (text === 'commit' || text === 'rollback') this.#answerMs = this.#usualMs;
  }
}

function textOf(given: unknown): string {
  return typeof given === 'string' ? given : '';
}

class Unreadable extends Error {
  override readonly name = 'Unreadable' as const;
  /** protocol_violation */
  readonly code = '08P01';
}

/**
 * What the driver throws at bytes that are no message of PostgreSQL's would end the process; it ends the connection.
 * Something between us and the server can lose bytes and go on.
 */
export function keepWhole(client: pg.Client): void {
  client.once('connect', () => {
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    const readers = stream.listeners('data') as ((chunk: Buffer) => void)[];
    stream.removeAllListeners('data');
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const read of readers) read.call(stream, chunk);
      } catch (error) {
        stream.destroy(
          new Unreadable('The database sent what is no message of its protocol.', { cause: error }),
        );
      }
    });
  });
}
