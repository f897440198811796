import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { API_KEY, instanceConfig, pushRequest, startInstance } from '../../../test/instance.ts';
import { startPlatform } from '../../../test/platform/platform.ts';
import { listen } from './index.ts';

/** Both roles as a listener of ours serves them. */
async function roles(): Promise<{ instance: string; platform: string }> {
  const [engine] = engines;
  const store = await (engine as (typeof engines)[number]).create();
  const { instance } = await startInstance(instanceConfig(store.location));
  const { platform } = await startPlatform();
  const served = await Promise.all([
    listen(instance.fetch, { port: 0, host: '127.0.0.1', direct: instance.direct }),
    listen(request => platform.fetch(request), { port: 0, host: '127.0.0.1' }),
  ]);
  onTestFinished(async () => {
    for (const listener of served) await listener.close(0);
    await instance.close();
    await store.dispose();
  });
  return { instance: served[0].url, platform: served[1].url };
}

const key = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
const token = (appSlug: string) => ({
  method: 'POST',
  headers: key,
  body: JSON.stringify({ userId: 1, appSlug }),
});

describe('every answer', () => {
  test('of an API forbids guessing its type and keeping it, refused or not', async () => {
    const { instance, platform } = await roles();
    const push = pushRequest(1, 'zoom', 'x');
    const asked: [string, RequestInit?][] = [
      [`${instance}/health/live`],
      [`${instance}/health/ready`],
      [`${instance}/api/openapi.json`],
      [`${instance}/api/keyferry/v1/apps`, { headers: key }],
      [`${instance}/api/keyferry/v1/apps`],
      [`${instance}/api/keyferry/v1/nothing`, { headers: key }],
      [`${instance}/api/keyferry/v1/access-token`, token('google-calendar')],
      [`${instance}/api/keyferry/v1/access-token`, { ...token('zoom'), body: '{' }],
      [`${instance}/api/keyferry/v1/access-token`, { method: 'PUT' }],
      [`${instance}/api/webhook/app-credential`, { method: 'POST', body: '{}' }],
      [`${instance}/api/webhook/app-credential`, { method: 'POST', headers: push.headers, body: '[]' }],
      [`${instance}/api/v1/credential-sync?userId=1`],
      [`${instance}/api/session`],
      [`${instance}/nothing`, { method: 'DELETE' }],
      [`${platform}/api/sync`, { method: 'POST', body: 'calcomUserId=1&appSlug=zoom' }],
      [`${platform}/api/keyferry/v1/connections`, { headers: key }],
      [`${platform}/api/connect/callback`],
      [`${platform}/health/live`],
    ];
    for (const [address, init] of asked) {
      const { headers, status } = await fetch(address, { redirect: 'manual', ...init });
      const found = [headers.get('x-content-type-options'), headers.get('cache-control')];
      expect([address, status, ...found]).toEqual([address, status, 'nosniff', 'no-store']);
    }
  });

  test('of the pages keeps what it says of its caching', async () => {
    const { instance } = await roles();
    const page = await (await fetch(`${instance}/`, { headers: { accept: 'text/html' } })).text();
    const [, file = ''] = /src="(\/assets\/[^"]+)"/.exec(page) ?? [];
    const { headers } = await fetch(`${instance}${file}`);
    expect(headers.get('cache-control')).toContain('immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
