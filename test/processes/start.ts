import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';

export interface RoleProcess {
  readonly url: string;
  /** SIGKILL, at once; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a role in a process of its own and waits until it listens. */
export async function startProcess(
  role: 'instance' | 'platform',
  location: DatabaseLocation,
  ...rest: string[]
): Promise<RoleProcess> {
  const child = fork(new URL(`./${role}.ts`, import.meta.url), [JSON.stringify(location), ...rest], {
    execArgv: [],
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
  };
}
