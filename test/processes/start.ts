import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import type { Step } from '../../src/lib/effects.ts';
import type { CrashAt } from './crash-point.ts';

export interface RoleProcess {
  readonly url: string;
  /** SIGKILL, at once; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP or SIGCONT. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Has it kill itself at a step, once it has passed that so many times; resolves when it knows. */
  crashAt(step: Step, passes?: number): Promise<void>;
  /** Resolves when it is gone. */
  readonly gone: Promise<unknown>;
}

/** Starts a role in a process of its own and waits until it listens. */
export async function startProcess(
  role: 'instance' | 'platform',
  location: DatabaseLocation,
  ...rest: string[]
): Promise<RoleProcess> {
  const child = fork(new URL(`./${role}.ts`, import.meta.url), [JSON.stringify(location), ...rest], {
    execArgv: [],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'keyferry-compile-cache') },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`The ${role} ended with ${code} before it listened.`))),
  ]);
  return {
    url: (message as { url: string }).url,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    signal: name => void child.kill(name),
    async crashAt(step, passes = 0) {
      const armed = once(child, 'message');
      child.send({ crashAt: step, passes } satisfies CrashAt);
      await armed;
    },
    gone: exited,
  };
}
