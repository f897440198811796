/** The thread of `openScanThread`: a connection of its own that can only read, and one statement at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

/** What the thread is asked. */
export interface ScanRequest {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** What it answers; `ready` once, before it is asked for the first time. */
export type ScanAnswer =
  | 'ready'
  | { readonly rows: unknown[] }
  | { readonly message: string; readonly code: string | undefined };

const CACHE_KB = 16_000;
const MAX_STATEMENTS = 100;

const port = parentPort;
if (port === null) throw new Error('This runs in a thread alone.');

const database = new Sqlite(workerData as string, { readonly: true, fileMustExist: true });
database.pragma('query_only = on');
database.pragma('busy_timeout = 5000');
database.pragma(`cache_size = -${CACHE_KB}`);
const statements = new Map<string, Sqlite.Statement>();

port.on('message', (request: ScanRequest) => port.postMessage(answerTo(request)));

port.postMessage('ready' satisfies ScanAnswer);

function answerTo({ text, values }: ScanRequest): ScanAnswer {
  try {
    return { rows: prepared(text).all(values) };
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    return { message, code };
  }
}

function prepared(text: string): Sqlite.Statement {
  const known = statements.get(text);
  if (known !== undefined) return known;
  if (statements.size >= MAX_STATEMENTS) statements.clear();
  const made = database.prepare(text);
  statements.set(text, made);
  return made;
}
