import { Worker } from 'node:worker_threads';
import type { ScanAnswer, ScanRequest } from './scan-thread.ts';
import { SCAN_LIMITS, type ScanLimits, type Scans, tooLong, tooMany } from './scans.ts';

interface Waiting extends ScanRequest {
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout;
}

/** Threads whose statement took too long live on until SQLite returns. So many at once, and no look is begun. */
const MOST_ENDING = 2;

/** Beside this file, as source or built. */
const THREAD = new URL(`./scan-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
const HEAP_MB = 128;
/** How long a thread may take to start, in milliseconds: its first statement waits for it. */
const START_MS = 10_000;

/**
 * Scans on SQLite: a thread with a read-only connection of its own, for SQLite runs a statement in the thread that
 * asks. It starts with the first scan. One statement runs at a time; others wait.
 * @param file the database, which is there
 */
export function openScanThread(file: string, limits: ScanLimits = SCAN_LIMITS): Scans {
  const waiting: Waiting[] = [];
  const ending = new Set<Promise<unknown>>();
  let thread: Worker | null = null;
  let running: Waiting | null = null;
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(THREAD, {
      workerData: file,
      argv: [],
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    started.unref();
    started.on('message', (answer: ScanAnswer) => {
      if (started !== thread) return;
      if (answer === 'ready') limitRun();
      else settle(answer);
    });
    // What ends a thread is no answer of a statement: no file, no memory. The next one has a new thread.
    started.on('error', error => drop(started, error));
    started.on('exit', () => drop(started, new Error('The thread of the database has ended.')));
    return started;
  }

  /** The time that the statement under way has begins now. */
  function limitRun(ms: number = limits.runMs): void {
    if (running === null) return;
    clearTimeout(running.timer);
    running.timer = setTimeout(giveUp, ms);
  }

  function settle(answer: Exclude<ScanAnswer, 'ready'>): void {
    const done = running;
    running = null;
    if (done !== null) {
      clearTimeout(done.timer);
      if ('rows' in answer) done.resolve(answer.rows);
      else done.reject(Object.assign(new Error(answer.message), { code: answer.code }));
    }
    next();
  }

  function drop(ended: Worker, error: unknown): void {
    if (ended !== thread) return;
    thread = null;
    const failed = running;
    running = null;
    clearTimeout(failed?.timer);
    failed?.reject(error);
    next();
  }

  function next(): void {
    if (running !== null || isClosed) return;
    const taken = waiting.shift();
    if (taken === undefined) return;
    running = taken;
    limitRun(thread === null ? START_MS : limits.runMs);
    thread ??= start();
    const { text, values } = taken;
    thread.postMessage({ text, values: values.map(bindable) } satisfies ScanRequest);
  }

  function giveUp(): void {
    const given = thread;
    if (given === null) return;
    const ended = given.terminate().finally(() => ending.delete(ended));
    ending.add(ended);
    drop(given, tooLong(limits));
  }

  function leave(left: Waiting): void {
    waiting.splice(waiting.indexOf(left), 1);
    left.reject(tooMany(limits));
  }

  return {
    run<Row>(text: string, values: readonly unknown[]) {
      return new Promise<Row[]>((resolve, reject) => {
        if (isClosed) return reject(new Error('The database is closed.'));
        if (waiting.length >= limits.waiting || ending.size >= MOST_ENDING) return reject(tooMany(limits));
        const item: Waiting = {
          ...{ text, values, reject },
          resolve: resolve as Waiting['resolve'],
          timer: setTimeout(() => leave(item), limits.waitMs),
        };
        waiting.push(item);
        next();
      });
    },
    async close() {
      isClosed = true;
      for (const item of [...waiting]) {
        clearTimeout(item.timer);
        leave(item);
      }
      const last = thread;
      if (last !== null) {
        drop(last, new Error('The database is closed.'));
        await last.terminate();
      }
      await Promise.all(ending);
    },
  };
}

/** SQLite has no booleans. */
function bindable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
