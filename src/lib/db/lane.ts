import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Client, Submittable } from 'pg';
import { deadline } from '../deadline.ts';
import { keepWhole } from './bounded-client.ts';
import { DatabaseTimeout } from './fault.ts';
import { LATE } from './lane-echo.ts';
import { AnswerMixedUp, type Known, LaneQuery, type TypeReader } from './lane-query.ts';
import { LIMITS, OPENING_BY_INDEX } from './limits.ts';
import type { Stage } from './repeat.ts';

/** Of the watch over a lane, in milliseconds. */
export const TICK_MS = 500;

/** The server's words after which a lane goes on: the statement was ended or refused for itself. */
const STAYS = /^(40001|40P01|55P03|57014|22|23)/;

/** The driver's words of what it has not sent. */
const UNSENT = /^Client (has encountered|was closed)/;

/** A write that was held up on its way, by whatever it was. The server has done nothing of it. */
class BegunTooLate extends Error {
  override readonly name = 'BegunTooLate' as const;
  /** connection_failure */
  readonly code = '08006';
}

/** Where a statement stood when it failed, beside what was thrown. */
export interface LaneFailure {
  readonly error: unknown;
  readonly stage: Stage;
}

/**
 * One connection, on which a statement is sent while others are on their way. They are answered in their order; so the
 * first of those under way is the oldest, and by it silence is seen without a timer for each.
 */
export class Lane {
  /** With those that wait for the connection. */
  underWay = 0;
  /** Takes no more statements, and ends when those under way are answered. */
  retired = false;
  readonly connected: Promise<void>;
  readonly #client: Client;
  readonly #reader: TypeReader;
  readonly #openedAt: number;
  #isConnected = false;
  #first: LaneQuery | null = null;
  #last: LaneQuery | null = null;
  /** Why it was given up. */
  #fault: Error | null = null;
  /** The server has ended it, and with it all that it had not begun. */
  #ended = false;
  #ending: Promise<void> | null = null;
  /** Ticks since nothing was under way any more. */
  #endingFor = 0;
  /** The server's clock, in epoch milliseconds, and ours when it was told. */
  #serverNow = 0;
  #toldAt = 0;

  /**
   * @param client pipelines, and is not connected yet
   * @param now in ticks
   * @param gone told once the connection is no more
   */
  constructor(client: Client, reader: TypeReader, now: number, gone: (lane: Lane) => void) {
    this.#client = client;
    this.#reader = reader;
    this.#openedAt = now;
    // Without a listener a connection that breaks would end the process; its queries fail besides.
    client.on('error', () => gone(this));
    client.on('end', () => gone(this));
    keepWhole(client);
    this.connected = this.#connect();
    this.connected.catch(() => {
      gone(this);
      this.#destroy();
    });
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async #connect(): Promise<void> {
    const callOff = deadline(LIMITS.connectMs, () =>
      this.cut(new DatabaseTimeout(`No connection to the database within ${LIMITS.connectMs / 1_000} s.`)),
    );
    try {
      await this.#client.connect();
      const { rows } = await this.#client.query<{ now: string | number }>(OPENING_BY_INDEX);
      this.#serverNow = Number(rows[0]?.now);
      this.#toldAt = performance.now();
      this.#isConnected = true;
    } catch (error) {
      throw this.#fault ?? error;
    } finally {
      callOff();
    }
  }

  /** Sends a statement; it is answered, or fails, by the callback alone. */
  send(known: Known, values: readonly unknown[], { number, now, settle }: LaneSending): void {
    const { echoed } = known;
    const own: unknown[] = echoed === null ? [] : [number];
    if (echoed?.writes) own.push((this.#serverTime() + LIMITS.begunMs) / 1_000);
    const query = new LaneQuery(known, {
      values: echoed === null ? values : [...values, ...own],
      number: String(number),
      reader: this.#reader,
      answered: (error, rows) => {
        this.#answered(query);
        if (error === null) settle(null, rows);
        else settle(this.#judge(error, query), []);
      },
    });
    query.sentAt = now;
    if (this.#last === null) this.#first = query;
    else this.#last.next = query;
    this.#last = query;
    this.#client.query(query as unknown as Submittable);
  }

  /** Our time now by the server's clock: surely no later than its own. */
  #serverTime(): number {
    return this.#serverNow + performance.now() - this.#toldAt;
  }

  #answered(query: LaneQuery): void {
    // Those of a lost connection fail in no order of ours.
    if (this.#first !== query) {
      this.#first = null;
      this.#last = null;
      return;
    }
    this.#first = query.next;
    if (this.#first === null) this.#last = null;
    query.next = null;
  }

  #judge(error: unknown, query: LaneQuery): LaneFailure {
    const { code, severity } = error as { code?: unknown; severity?: unknown };
    const words = typeof code === 'string' && severity !== undefined ? code : null;
    if (words !== null && severity !== 'ERROR') this.#ended = true;
    // The connection's clock is not the one that it was told of, or it was stopped in between.
    if (words === LATE && query.text.includes('statement_timestamp()')) {
      this.retire();
      return { error: new BegunTooLate('The database began a write too late, and left it.'), stage: 'open' };
    }
    if (error instanceof AnswerMixedUp) this.cut(error);
    // What failed may have been the preparation, which the driver would not repeat on this connection.
    else if (words === null || !STAYS.test(words)) this.retire();
    const unsent = words === null && this.#fault === null && (this.#ended || UNSENT.test(messageOf(error)));
    if (unsent) return { error, stage: 'open' };
    return { error: this.#fault ?? error, stage: query.isDone ? 'done' : 'alone' };
  }

  /** Looks after it. @param now in ticks */
  look(now: number): void {
    if (this.#first !== null && (now - this.#first.sentAt) * TICK_MS > LIMITS.answerMs) {
      this.cut(new DatabaseTimeout(`The database did not answer within ${LIMITS.answerMs / 1_000} s.`));
    } else if (this.retired && this.#first === null) {
      this.#endingFor += 1;
      if (this.#endingFor * TICK_MS > LIMITS.answerMs) this.#destroy();
    } else if ((now - this.#openedAt) * TICK_MS > LIMITS.lifetimeMs) this.retire();
  }

  /** Gives it up, and fails all that is under way on it. */
  cut(fault: Error): void {
    this.#fault ??= fault;
    this.retired = true;
    this.#destroy();
  }

  /** Takes no more, and ends when all that is under way is answered. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    this.#ending = this.connected.then(() => this.#client.end()).catch(() => undefined);
  }

  /** Retires it, and waits for its end. */
  async close(): Promise<void> {
    this.retire();
    await this.#ending;
  }

  #destroy(): void {
    const { stream } = (this.#client as unknown as { connection: { stream: Socket } }).connection;
    // What has not left this machine yet shall not: nobody waits for it any more.
    if (stream instanceof TLSSocket || stream.connecting || stream.remoteAddress === undefined)
      stream.destroy();
    else stream.resetAndDestroy().destroy();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

export interface LaneSending {
  /** Given back by the answer. */
  readonly number: number;
  /** In ticks. */
  readonly now: number;
  readonly settle: (failure: LaneFailure | null, rows: unknown[]) => void;
}
