import { expect, test } from 'vitest';
import type { AppComparison } from '../src/instance/http/app-fingerprints.ts';
import { examineInstance } from '../src/instance/index.ts';
import { withAsking } from '../src/lib/doctor/index.ts';
import { listen } from '../src/lib/http/index.ts';
import { secretHeaders } from '../src/protocol/index.ts';
import { type BothSides, startBothSides } from './both-sides.ts';
import { engines, type TestEngine } from './engines.ts';
import { instanceConfig, SECRET } from './instance.ts';

const [sqlite] = engines as readonly [TestEngine];
const PATH = '/api/keyferry/v1/app-fingerprints';
const KEPT_MS = 30_000;

function start(): Promise<BothSides> {
  return startBothSides(sqlite, async () => ({}));
}

async function compared({ instance }: BothSides): Promise<AppComparison> {
  return instance.api('GET', '/api/keyferry/v1/app-comparison');
}

test('both sides see whether their client ids and secrets are the same, and no value travels', async () => {
  const sides = await start();
  const { instance, platform, clock } = sides;
  expect(await compared(sides)).toEqual({
    platform: 'known',
    reason: null,
    redirectUri: `${platform.url}/api/connect/callback`,
    apps: [
      { slug: 'google-calendar', verdict: 'same', differing: [] },
      { slug: 'zoom', verdict: 'same', differing: [] },
    ],
  });

  // A change here is seen at once.
  await instance.api('PATCH', '/api/keyferry/v1/apps/zoom', { keys: { client_secret: 'another-secret' } });
  const keys = { client_id: 'id', client_secret: 'secret' };
  await instance.api('PATCH', '/api/keyferry/v1/apps/hubspot', { keys });
  expect((await compared(sides)).apps).toEqual([
    { slug: 'google-calendar', verdict: 'same', differing: [] },
    { slug: 'hubspot', verdict: 'theirs_missing', differing: [] },
    { slug: 'zoom', verdict: 'differs', differing: ['client_secret'] },
  ]);

  // One there, when the answer has been kept for long enough.
  await platform.api('PUT', '/api/keyferry/v1/apps/hubspot', { keys });
  expect((await compared(sides)).apps[1]).toMatchObject({ verdict: 'theirs_missing' });
  clock.advance(KEPT_MS);
  expect((await compared(sides)).apps[1]).toMatchObject({ slug: 'hubspot', verdict: 'same' });

  for (const side of [instance, platform]) {
    const answer = await fetch(`${side.url}${PATH}`, { headers: secretHeaders(SECRET, null) });
    expect(answer.status).toBe(200);
    expect(await answer.text()).not.toMatch(/another-secret|client-secret-of-the-tests|client-of-the-tests/);
    const wrong = await fetch(`${side.url}${PATH}`, { headers: secretHeaders('wrong', null) });
    expect(wrong.status).toBe(401);
  }
});

test('the doctor tells which app differs, and that the others are the same', async () => {
  const sides = await start();
  const { instance, platform } = sides;
  const config = instanceConfig(sides.stores.instance, {
    sync: { endpoint: `${platform.url}/api/sync`, webappUrl: instance.url },
  });
  const examine = () =>
    withAsking(sides.clock.now, async asking =>
      (await examineInstance(config, asking)).filter(({ check }) => check === 'app keys'),
    );
  expect(await examine()).toMatchObject([{ verdict: 'ok', detail: expect.stringMatching(/2$/) }]);
  await instance.api('PATCH', '/api/keyferry/v1/apps/zoom', { keys: { client_secret: 'another-secret' } });
  const found = await examine();
  expect(found).toMatchObject([
    { verdict: 'warning', detail: 'zoom: client_secret differs from the platform' },
  ]);
  expect(JSON.stringify(found)).not.toContain('another-secret');
});

test.each<[string, (request: Request) => Response, AppComparison['platform']]>([
  [
    'a platform that does not know the question',
    () => new Response('<h1>404</h1>', { status: 404 }),
    'not_asked',
  ],
  ['one that answers something else', () => Response.json({ role: 'platform', apps: 7 }), 'not_asked'],
  ['one that redirects', () => new Response(null, { status: 302, headers: { location: '/' } }), 'not_asked'],
  [
    'one that refuses our secret',
    () => Response.json({ code: 'unauthenticated' }, { status: 401 }),
    'refused',
  ],
])('%s: told quietly, and nothing is compared', async (_, answer, expected) => {
  const other = await listen(answer, { port: 0, host: '127.0.0.1' });
  try {
    const sides = await startBothSides(sqlite, async () => ({}), { endpoint: `${other.url}/api/sync` });
    expect(await compared(sides)).toEqual({ platform: expected, reason: null, redirectUri: null, apps: [] });
  } finally {
    await other.close(0);
  }
});
