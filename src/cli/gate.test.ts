import { expect, onTestFinished, test } from 'vitest';
import { holdGate } from './gate.ts';

async function hold() {
  const gate = await holdGate({ name: 'instance', host: '127.0.0.1', port: 0, flag: '--port' });
  onTestFinished(() => gate.close());
  return gate;
}

test('a role that is starting lives, with GET and HEAD, and is not ready', async () => {
  const gate = await hold();
  const live = await fetch(`${gate.url}/health/live`);
  expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
  expect((await fetch(`${gate.url}/health/live`, { method: 'HEAD' })).status).toBe(200);
  for (const path of ['/health/ready', '/api/webhook/app-credential', '/health/live/x']) {
    const answer = await fetch(gate.url + path);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'busy', detail: 'The instance is starting.' });
  }
});

test('an open gate leads to its role', async () => {
  const gate = await hold();
  gate.open({ fetch: () => new Response('the role') });
  expect(await (await fetch(`${gate.url}/health/live`)).text()).toBe('the role');
});
