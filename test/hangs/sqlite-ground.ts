import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freshKeys } from '../../src/cli/testing/fresh-keys.ts';
import { aesKey, encryptKeys, WEBHOOK_PATH } from '../../src/protocol/index.ts';
import { temporaryFolder } from '../temp.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const KEYS = freshKeys();
const AES = aesKey(KEYS.CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY);

export interface Served {
  readonly url: string;
  readonly port: number;
  /** The file of its database. */
  readonly file: string;
  readonly output: () => string;
  /** Pushes a token. @returns the status, 0 where nothing came */
  push(token: string, more?: { bytes?: number; deadlineMs?: number }): Promise<number>;
  /** The token that is stored. */
  stored(): Promise<string>;
  ready(): Promise<{ status: number; body: { status?: string } }>;
  /** The exit status, once it has ended. */
  readonly ended: Promise<number | null>;
  isRunning(): boolean;
  stop(): Promise<number | null>;
}

export interface ServeAs {
  readonly folder?: string;
  /** Commands of the shell before it, such as `ulimit -n 128`. */
  readonly limits?: string;
  /** Options of Node. */
  readonly node?: string;
}

/** `keyferry instance` on SQLite in a process of its own, with a user and an app. */
export async function serveInstance(as: ServeAs = {}): Promise<Served> {
  const folder = as.folder ?? temporaryFolder();
  const { limits = 'true', node = '' } = as;
  const command = `${limits}; exec "${process.execPath}" ${node} "${MAIN}" instance --port 0 --data "${folder}"`;
  const env = { PATH: process.env.PATH, ...KEYS, KEYFERRY_DRAIN_SECONDS: '0' };
  const child = spawn('sh', ['-c', command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (some: string) => {
      text = (text + some).slice(-200_000);
    });
  }
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  let running = true;
  void ended.then(() => {
    running = false;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const listening = async () => {
    for (;;) {
      const found = /listens on (\S+)/.exec(text)?.[1];
      if (found) return found;
      if (!running) throw new Error(`It ended before it listened:\n${text}`);
      await pause(20);
    }
  };
  const url = await listening();
  const api = async (method: string, path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${KEYS.KEYFERRY_API_KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, unknown>;
  };
  const { user } = await api('POST', '/api/v1/users', { email: 'ada@example.com' });
  const userId = (user as { id: number }).id;
  await api('PUT', '/api/keyferry/v1/apps/zoom', { enabled: true });

  return {
    url,
    port: Number(new URL(url).port),
    file: `${folder}/instance.db`,
    output: () => text,
    async push(token, { bytes = 0, deadlineMs = 30_000 } = {}) {
      const credential = {
        access_token: token,
        expires_in: 3_600,
        ...(bytes > 0 && { note: 'x'.repeat(bytes) }),
      };
      const keys = encryptKeys(JSON.stringify(credential), AES);
      try {
        const answer = await fetch(url + WEBHOOK_PATH, {
          method: 'POST',
          headers: {
            'calcom-webhook-secret': KEYS.CALCOM_WEBHOOK_SECRET,
            'content-type': 'application/json',
          },
          body: JSON.stringify({ userId, appSlug: 'zoom', keys }),
          signal: AbortSignal.timeout(deadlineMs),
        });
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        return 0;
      }
    },
    async stored() {
      const found = await api('POST', '/api/keyferry/v1/access-token', { userId, appSlug: 'zoom' });
      return String(found.access_token ?? JSON.stringify(found));
    },
    async ready() {
      const answer = await fetch(`${url}/health/ready`);
      return { status: answer.status, body: (await answer.json()) as { status?: string } };
    },
    ended,
    isRunning: () => running,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Asks for life all the time. @returns what ends it and gives the longest wait in milliseconds */
export function watchLife({ url }: Served): () => Promise<number> {
  let isOver = false;
  let longest = 0;
  const watching = (async () => {
    while (!isOver) {
      const began = performance.now();
      await fetch(`${url}/health/live`).then(
        answer => answer.arrayBuffer(),
        () => undefined,
      );
      longest = Math.max(longest, performance.now() - began);
      await pause(20);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return longest;
  };
}

/** Waits until something holds. @returns how long that took, in milliseconds */
export async function timeUntil(holds: () => Promise<boolean>, mostMs = 30_000): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > mostMs) throw new Error(`It did not come about within ${mostMs} ms.`);
    await pause(50);
  }
  return performance.now() - began;
}
