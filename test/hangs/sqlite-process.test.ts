import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { hangCell, long } from './cells.ts';
import { type Served, serveInstance, timeUntil } from './sqlite-ground.ts';

const engine = 'sqlite' as const;

const KINDS = [
  ['have sent nothing', ''],
  ['have sent half a header', 'POST /api/webhook/app-credential HTTP/1.1\r\nHost: a\r\nX-A: b\r\n'],
  [
    'have sent a header and no body',
    'POST /api/session HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{',
  ],
  ['wait after an answer', 'GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n'],
] as const;

/** Connections that say this and then nothing. */
async function halfOpen({ port }: Served, count: number, bytes: string): Promise<void> {
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let opened = 0; opened < count; opened += 1) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.on('connect', () => bytes !== '' && socket.write(bytes));
    if (opened % 50 === 49) await Promise.race([once(socket, 'connect'), once(socket, 'close'), pause(200)]);
  }
}

const SIZES = long ? [{ descriptors: 1_024, count: 1_500 }] : [];

for (const { descriptors, count } of [{ descriptors: 128, count: 200 }, ...SIZES]) {
  for (const [what, bytes] of long ? KINDS : KINDS.slice(1, 3)) {
    hangCell(
      {
        ...{ neighbour: 'process', fault: 'full', engine },
        detail: `${count} connections that ${what}, at ${descriptors} descriptors`,
        promised: 'The oldest that waits for its caller is cut for a new one: nobody is kept out.',
        timeoutMs: 90_000,
      },
      async () => {
        const side = await serveInstance({ limits: `ulimit -n ${descriptors}` });
        await halfOpen(side, count, bytes);
        const waitedMs = await timeUntil(
          async () => (await side.push('token 1', { deadlineMs: 10_000 })) === 200,
          10_000,
        );
        expect(side.isRunning()).toBe(true);
        return { longestWaitMs: waitedMs, recoveryMs: null, lost: 0, reused: 0 };
      },
    );
  }
}

hangCell(
  {
    ...{ neighbour: 'process', fault: 'full', engine, detail: 'pushes of 120 KB at a heap of 128 MB' },
    promised: 'What it has no memory for is refused with 503; it does not die.',
    timeoutMs: 180_000,
  },
  async () => {
    const side = await serveInstance({ node: '--max-old-space-size=128' });
    const statuses = new Map<number, number>();
    let longestWaitMs = 0;
    const pushes = Array.from({ length: long ? 2_400 : 400 }, async (_, number) => {
      const began = performance.now();
      const status = await side.push(`token ${number}`, { bytes: 60_000, deadlineMs: 120_000 });
      longestWaitMs = Math.max(longestWaitMs, performance.now() - began);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    await Promise.all(pushes);
    expect(side.isRunning()).toBe(true);
    expect([...statuses.keys()].filter(status => ![0, 200, 503].includes(status))).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(0);
    const recoveryMs = await timeUntil(async () => (await side.push('token 999999')) === 200);
    expect(await side.stored()).toBe('token 999999');
    return { longestWaitMs, recoveryMs, lost: 0, reused: 0 };
  },
);
