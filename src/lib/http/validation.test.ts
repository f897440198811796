import { expect, onTestFinished, test } from 'vitest';
import { describeEngines, type TestEngine } from '../../../test/engines.ts';
import { instanceConfig, startInstance } from '../../../test/instance.ts';
import { startPlatform } from '../../../test/platform/platform.ts';

async function fresh(engine: TestEngine) {
  const store = await engine.create();
  onTestFinished(store.dispose);
  return store.location;
}

const BEYOND = 2_147_483_648;
const cursor = (parts: readonly unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

describeEngines('what no PostgreSQL can hold', engine => {
  test('is refused by the instance with 400', async () => {
    const { instance, api, userId } = await startInstance(instanceConfig(await fresh(engine)));
    onTestFinished(() => instance.close());
    const asked: [string, string, unknown?][] = [
      ['GET', '/api/v1/users?email=%00'],
      ['GET', '/api/v1/users?email=a%00b@example.com'],
      ['GET', `/api/v1/users?after=${BEYOND}`],
      ['GET', `/api/keyferry/v1/credentials?after=${BEYOND}`],
      ['GET', `/api/keyferry/v1/credentials?userId=${BEYOND}`],
      ['GET', `/api/keyferry/v1/credentials/${BEYOND}`],
      ['DELETE', '/api/keyferry/v1/credentials?userId=5&appSlug=%00'],
      ['POST', '/api/v1/users', { email: 'a@example.com', name: 'a\0b' }],
      ['PATCH', `/api/v1/users/${userId}`, { name: '\0' }],
      ['POST', '/api/keyferry/v1/access-token', { userId, appSlug: 'zoom\0' }],
      ['POST', '/api/keyferry/v1/access-token', { userId: BEYOND, appSlug: 'zoom' }],
    ];
    for (const [method, path, body] of asked) {
      const answer = await api(method, path, body);
      expect([method, path, answer.status]).toEqual([method, path, 400]);
    }
  });

  test('is refused by the platform with 400', async () => {
    const { api, platform } = await startPlatform({ location: await fresh(engine) });
    onTestFinished(() => platform.close());
    const asked: [string, string, unknown?][] = [
      ['POST', '/api/keyferry/v1/deliveries/retry', { targetId: 'a\0b' }],
      ['GET', `/api/keyferry/v1/deliveries/${BEYOND}/shape`],
      ['POST', `/api/keyferry/v1/deliveries/${BEYOND}/retry`],
      ['GET', `/api/keyferry/v1/deliveries?after=${cursor([1, BEYOND])}`],
      ['GET', `/api/keyferry/v1/endings?after=${cursor([1, 'connection', 'a\0'])}`],
      ['GET', '/api/keyferry/v1/connections?externalUserId=%00'],
      ['PUT', '/api/keyferry/v1/apps/zoom', { keys: { client_id: '\0', client_secret: 's' } }],
      ['POST', '/api/keyferry/v1/operators', { email: 'a@example.com', name: 'x\0' }],
      [
        'POST',
        '/api/keyferry/v1/connections',
        {
          externalUserId: 'u',
          calcomUserId: 5,
          appSlug: 'zoom',
          credential: { access_token: 'a', deep: { er: ['\0'] } },
        },
      ],
    ];
    for (const [method, path, body] of asked) {
      const answer = await api(method, path, body);
      expect([method, path, answer.status]).toEqual([method, path, 400]);
    }
  });
});
