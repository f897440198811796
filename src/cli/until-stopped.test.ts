import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { freshKeys } from './testing/fresh-keys.ts';
import { type Running, startCli } from './testing/spawn-cli.ts';

const keys = freshKeys();
const BODY = JSON.stringify({ userId: 1, appSlug: 'zoom', keys: 'x' });

/** An instance with a push of which one half has been sent. */
async function halfWay(): Promise<{ running: Running; push: ClientRequest }> {
  const running = startCli(['instance', '--port', '0'], { cwd: temporaryFolder(), env: keys });
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
