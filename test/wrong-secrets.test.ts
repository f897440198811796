import { expect, onTestFinished, test } from 'vitest';
import { createInstance } from '../src/instance/index.ts';
import { createLog } from '../src/lib/log.ts';
import { engines } from './engines.ts';
import { instanceConfig, pushRequest, SECRET, startInstance } from './instance.ts';
import { startPlatform } from './platform/platform.ts';

test('who guesses at the instance waits, is told of in one line, and slows nobody who has the right ones', async () => {
  const [engine] = engines;
  const { location, dispose } = await (engine as (typeof engines)[number]).create();
  onTestFinished(dispose);
  const pauses: number[] = [];
  const lines: { msg: string }[] = [];
  const { instance, api, push } = await startInstance(instanceConfig(location), {
    sleep: keeping(pauses),
    log: createLog('warn', { write: line => void lines.push(JSON.parse(line)) }),
  });
  onTestFinished(() => instance.close());
  const wrong = [
    () => new Request(pushRequest(1, 'zoom', 'x'), { headers: { 'calcom-webhook-secret': 'guess' } }),
    () => new Request('http://instance.test/api/keyferry/v1/apps', bearer('guess')),
    () =>
      new Request('http://instance.test/api/keyferry/v1/access-token', { method: 'POST', ...bearer('g') }),
    () => new Request('http://instance.test/api/v1/credential-sync?userId=1&apiKey=guess'),
  ];
  for (let n = 0; n < 40; n += 1) {
    const { status } = await instance.fetch((wrong[n % wrong.length] as () => Request)());
    expect([401, 403]).toContain(status);
  }
  expect(pauses).toEqual(Array.from({ length: 30 }, () => 1_000));
  expect(lines.filter(({ msg }) => /an invalid (secret|API key)/.test(msg))).toHaveLength(1);
  expect((await api('GET', '/api/keyferry/v1/apps')).status).toBe(200);
  expect((await push({ access_token: 'a', expiry_date: Date.now() + 1e9 })).status).toBe(200);
  // None came without a secret or key: a page without a session is no guess.
  for (let n = 0; n < 20; n += 1) {
    await instance.fetch(new Request('http://instance.test/api/keyferry/v1/apps'));
    await instance.fetch(
      new Request('http://instance.test/api/webhook/app-credential', { method: 'POST', body: '{}' }),
    );
  }
  expect(pauses).toHaveLength(30);
});

test('and at the platform', async () => {
  const pauses: number[] = [];
  const { platform, api, sync } = await startPlatform({ sleep: keeping(pauses) });
  for (let n = 0; n < 15; n += 1) {
    const { status } = await sync('zoom', { headers: { 'calcom-webhook-secret': 'guess' } });
    expect(status).toBe(403);
    await platform.fetch(new Request('http://platform.test/api/keyferry/v1/connections', bearer('guess')));
  }
  expect(pauses).toEqual(Array.from({ length: 20 }, () => 1_000));
  expect((await api('GET', '/api/keyferry/v1/connections')).status).toBe(200);
  expect((await sync('zoom')).status).toBe(404);
  expect(pauses).toHaveLength(20);
});

test('weak secrets are told at the start, and serve all the same', async () => {
  const [engine] = engines;
  const { location, dispose } = await (engine as (typeof engines)[number]).create();
  onTestFinished(dispose);
  const lines: { msg: string }[] = [];
  const log = createLog('warn', { write: line => void lines.push(JSON.parse(line)) });
  const config = instanceConfig(location, { apiKey: SECRET });
  const instance = await createInstance(config, { log });
  onTestFinished(() => instance.close());
  const told = lines.map(({ msg }) => msg).filter(msg => msg.startsWith('weak secret'));
  expect(told[0]).toBe('weak secret: KEYFERRY_API_KEY is equal to CALCOM_WEBHOOK_SECRET');
  expect(told.join()).not.toContain(SECRET);
});

function bearer(key: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${key}` } };
}

/** Keeps the pauses of refusals, and takes none; what else sleeps in a role does so for another time. */
function keeping(pauses: number[]) {
  return async (ms: number): Promise<void> => {
    if (ms === 1_000) pauses.push(ms);
    else await new Promise(resolve => setTimeout(resolve, ms));
  };
}
