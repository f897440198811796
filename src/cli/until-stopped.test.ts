import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { freshKeys } from './testing/fresh-keys.ts';
import { freePort, type Running, startCli } from './testing/spawn-cli.ts';

const keys = freshKeys();
const BODY = JSON.stringify({ userId: 1, appSlug: 'zoom', keys: 'x' });

function start(more: Record<string, string> = {}): Running {
  return startCli(['instance', '--port', '0'], { cwd: temporaryFolder(), env: { ...keys, ...more } });
}

/** An instance with a push of which one half has been sent. */
async function halfWay(): Promise<{ running: Running; push: ClientRequest }> {
  const running = start();
  const [, url = ''] = await running.line(/listens on (\S+)/);
  const push = request(`${url}/api/webhook/app-credential`, {
    method: 'POST',
    headers: {
      'calcom-webhook-secret': keys.CALCOM_WEBHOOK_SECRET,
      'content-length': BODY.length,
      expect: '100-continue',
    },
  });
  push.on('error', () => {});
  push.flushHeaders();
  // The server has it: only now is it under way.
  await once(push, 'continue');
  push.write(BODY.slice(0, 10));
  return { running, push };
}

async function saysStopping(running: Running): Promise<void> {
  while (!running.output.stderr.includes('Stopping'))
    await once(running.child.stderr ?? running.child, 'data');
}

test('a request under way is answered before the process ends', async () => {
  const { running, push } = await halfWay();
  running.child.kill('SIGINT');
  await saysStopping(running);
  const answered = once(push, 'response') as Promise<[IncomingMessage]>;
  push.end(BODY.slice(10));
  const [answer] = await answered;
  expect(answer.statusCode).toBe(404);
  answer.resume();
  expect((await running.ended()).status).toBe(0);
});

test('a second signal ends it at once', async () => {
  const { running } = await halfWay();
  running.child.kill('SIGINT');
  await saysStopping(running);
  running.child.kill('SIGTERM');
  expect((await running.ended()).status).toBe(1);
});

test('the same signal twice at once, as npm sends it, is one', async () => {
  const { running, push } = await halfWay();
  running.child.kill('SIGINT');
  running.child.kill('SIGINT');
  await saysStopping(running);
  push.end(BODY.slice(10));
  expect((await running.ended()).status).toBe(0);
});

test('SIGTERM has it say that it is not ready, and serve on for a while', async () => {
  const running = start({ KEYFERRY_DRAIN_SECONDS: '600' });
  const [, url = ''] = await running.line(/listens on (\S+)/);
  running.child.kill('SIGTERM');
  await saysStopping(running);
  const ready = await fetch(`${url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'stopping' }]);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const pushed = await fetch(`${url}/api/webhook/app-credential`, {
    method: 'POST',
    headers: { 'calcom-webhook-secret': keys.CALCOM_WEBHOOK_SECRET },
    body: BODY,
  });
  expect(pushed.status).toBe(404);
  running.child.kill('SIGINT');
  expect((await running.ended()).status).toBe(1);
});

test.each(['0', '0.2'])('it stops by itself %s s after SIGTERM', async seconds => {
  const running = start({ KEYFERRY_DRAIN_SECONDS: seconds });
  await running.line(/listens on/);
  expect((await running.stop('SIGTERM')).status).toBe(0);
});

test.each(['-1', '601', 'x', '1s'])('KEYFERRY_DRAIN_SECONDS=%s is a problem', async seconds => {
  const { status, stderr } = await start({ KEYFERRY_DRAIN_SECONDS: seconds }).ended();
  expect(status).toBe(1);
  expect(stderr).toContain('KEYFERRY_DRAIN_SECONDS is no number of seconds up to 600');
});

test.each(['keyferry', 'start'])(
  'SIGTERM to npm stops what "npm run %s" runs',
  async script => {
    const cwd = temporaryFolder();
    const port = await freePort();
    const ports = script === 'start' ? ['--instance-port', '0', '--platform-port'] : ['instance', '--port'];
    const env = { PATH: process.env.PATH, HOME: cwd, ...keys, KEYFERRY_DRAIN_SECONDS: '0' };
    const args = ['run', '-s', script, '--', ...ports, String(port), '--data', cwd];
    const npm = spawn('npm', args, { cwd: new URL('../../', import.meta.url), env, stdio: 'ignore' });
    onTestFinished(() => void npm.kill('SIGKILL'));
    const live = () =>
      fetch(`http://127.0.0.1:${port}/health/live`).then(
        ({ status }) => status,
        () => null,
      );
    await vi.waitFor(async () => expect(await live()).toBe(200), { timeout: 60_000, interval: 100 });
    const ended = once(npm, 'exit');
    npm.kill('SIGTERM');
    await ended;
    await vi.waitFor(async () => expect(await live()).toBe(null), { timeout: 20_000, interval: 100 });
  },
  90_000,
);
