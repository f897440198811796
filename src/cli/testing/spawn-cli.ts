import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  /** The working directory; a `.env` in it is read. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it wrote so far. */
  readonly output: { stdout: string; stderr: string };
  /** The first match on stdout; an error when the process ends before. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  ended(): Promise<Ended>;
}

/** Starts the command line for real, with nothing of this process's variables but PATH. */
export function startCli(args: readonly string[], options: SpawnOptions): Running {
  return startNode([MAIN, ...args], options);
}

/** Starts node with these arguments in the same way. */
export function startNode(args: readonly string[], { cwd, env = {} }: SpawnOptions): Running {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  async function ended(): Promise<Ended> {
    await closed;
    return { status: child.exitCode, ...output };
  }
  return {
    child,
    output,
    ended,
    async line(pattern) {
      for (;;) {
        const found = pattern.exec(output.stdout);
        if (found) return found;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`It ended before it wrote ${pattern}:\n${output.stdout}${output.stderr}`);
        }
        await Promise.race([once(child.stdout, 'data'), closed]);
      }
    },
    stop(signal = 'SIGINT') {
      child.kill(signal);
      return ended();
    },
  };
}

/** Runs one command to its end. */
export function runCli(args: readonly string[], options: SpawnOptions): Promise<Ended> {
  return startCli(args, options).ended();
}

/** A free port of loopback, for a command that cannot take any. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise(resolve => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('It has no port.');
  return address.port;
}
