import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import type { DatabaseLocation } from '../src/lib/db/index.ts';

export interface Usage {
  /** Processor time since the start, milliseconds. */
  readonly cpuMs: number;
  readonly rssMb: number;
  /** JavaScript objects alive, in MB; without garbage when the process was started with `gc`. */
  readonly heapMb: number;
}

export interface ServerProcess {
  readonly url: string;
  usage(): Promise<Usage>;
  /** Sends a message and waits for its answer. One at a time. */
  ask<Answer>(message: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

/** The servers of bench/servers. */
export type ServerName =
  | 'asking-instance'
  | 'bare-chain'
  | 'bare-keep-alive'
  | 'full'
  | 'instance'
  | 'plain'
  | 'platform'
  | 'token-endpoint';

/**
 * Starts a server of bench/servers in a process of its own; its log goes nowhere.
 * @param options.more what it takes besides its database
 */
export async function startServer(
  name: ServerName,
  location: DatabaseLocation | null,
  { gc = false, more = {} }: { gc?: boolean; more?: object } = {},
): Promise<ServerProcess> {
  const child = forked(name, [JSON.stringify(location), JSON.stringify(more)], gc ? ['--expose-gc'] : []);
  const { url } = await next<{ url: string }>(child);
  return {
    url,
    async usage() {
      child.send('usage');
      return (await next<{ usage: Usage }>(child)).usage;
    },
    ask(message) {
      const answer = next(child);
      child.send(message as never);
      return answer as never;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.send('stop');
      await exited;
    },
  };
}

/** Upserts a second of the database alone, with so many callers. */
export async function bareUpserts(
  location: DatabaseLocation,
  callers: number,
  seconds: number,
): Promise<number> {
  const child = forked('bare', [JSON.stringify(location), String(callers), String(seconds)]);
  return (await next<{ perSecond: number }>(child)).perSecond;
}

function forked(name: string, args: string[], execArgv: string[] = []): ChildProcess {
  const out = openSync(devNull, 'w');
  return fork(new URL(`./servers/${name}.ts`, import.meta.url), args, {
    execArgv,
    stdio: ['ignore', out, 'inherit', 'ipc'],
  });
}

function next<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    function ended(code: number | null): void {
      reject(new Error(`A bench process ended with ${code}.`));
    }
    child.once('exit', ended);
    child.once('message', message => {
      child.off('exit', ended);
      resolve(message as Message);
    });
  });
}
