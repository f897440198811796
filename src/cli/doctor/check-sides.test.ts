import { createSecretKey } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { checkPlatformSide } from '../../instance/doctor/check-platform-side.ts';
import { type Asking, checkClock, findingsOf } from '../../lib/doctor/index.ts';
import { listen } from '../../lib/http/index.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { checkInstanceSide } from '../../platform/doctor/check-instance-side.ts';

const SECRET = 'the-shared-secret';
const wire = { secret: SECRET, header: null, encryptionKey: createSecretKey(Buffer.from('k'.repeat(32))) };
const slugs = ['google-calendar'];

function asking(): Asking {
  const outbound = createOutbound({ deadlineMs: 5_000, maxBytes: 64 * 1024, addresses: 'any' });
  onTestFinished(() => outbound.close());
  return { outbound, now: Date.now };
}

async function server(answer: (request: Request) => Response | Promise<Response>): Promise<string> {
  const listener = await listen(answer, { port: 0, host: '127.0.0.1' });
  onTestFinished(() => listener.close());
  return listener.url;
}

/** Answers as Cal.com's webhook was observed to. */
function calcom(secret: string | null) {
  return (request: Request) => {
    if (new URL(request.url).pathname !== '/api/webhook/app-credential') {
      return new Response('<!doctype html>', { status: 404, headers: { 'content-type': 'text/html' } });
    }
    if (secret === null)
      return Response.json({ message: 'Credential sharing is not enabled' }, { status: 403 });
    if (request.headers.get('calcom-credential-sync-secret') !== secret) {
      return Response.json({ message: 'Invalid credential sync secret' }, { status: 403 });
    }
    return Response.json({ message: 'User not found' }, { status: 404 });
  };
}

test('an unmodified Cal.com that takes the secret passes, and what it cannot tell is said', async () => {
  const webappUrl = await server(calcom(SECRET));
  const found = await checkInstanceSide(
    asking(),
    { webappUrl, wire, slugs, kind: 'calcom' },
    findingsOf('platform'),
  );
  expect(found.map(({ check, verdict }) => [check, verdict])).toEqual([
    ['reachable', 'ok'],
    ['secret', 'ok'],
    ['encryption', 'not possible'],
    ['apps', 'not possible'],
    ['clock', 'ok'],
  ]);
});

test.each([
  ['another', 'does not take our secret'],
  [null, 'credential sharing is off on Cal.com'],
])('a Cal.com with the secret %j fails', async (secret, detail) => {
  const webappUrl = await server(calcom(secret));
  const found = await checkInstanceSide(
    asking(),
    { webappUrl, wire, slugs, kind: 'keyferry' },
    findingsOf('platform'),
  );
  const failed = found.filter(({ verdict }) => verdict === 'failed');
  expect(failed).toEqual([
    expect.objectContaining({ check: 'secret', detail: expect.stringContaining(detail) }),
  ]);
});

test('a web server that is neither fails, and so does one that redirects', async () => {
  const plain = await server(() => new Response('hello'));
  const [found] = await checkInstanceSide(
    asking(),
    { webappUrl: plain, wire, slugs, kind: 'keyferry' },
    findingsOf('platform'),
  );
  expect(found).toMatchObject({ check: 'reachable', verdict: 'failed' });
  const moved = await server(() => Response.redirect('http://127.0.0.1:1/', 308));
  const [refused] = await checkInstanceSide(
    asking(),
    { webappUrl: moved, wire, slugs, kind: 'keyferry' },
    findingsOf('platform'),
  );
  expect(refused).toMatchObject({
    check: 'reachable',
    verdict: 'failed',
    remedy: expect.stringContaining('redirect'),
  });
});

test.each([
  [404, 'ok'],
  [403, 'failed'],
  [500, 'warning'],
])('a platform of the host that answers %i for nobody: %s', async (status, verdict) => {
  const endpoint = `${await server(() => Response.json({ error: 'x' }, { status }))}/tokens`;
  const found = await checkPlatformSide(asking(), { endpoint, wire, slugs }, findingsOf('instance'));
  expect(found[0]).toMatchObject({ check: 'secret', verdict });
  expect(found.filter(one => one.verdict === 'not possible').map(({ check }) => check)).toEqual([
    'encryption',
    'apps',
  ]);
});

test('an endpoint that answers with a page has the wrong path', async () => {
  const endpoint = `${await server(() => new Response('<html>', { status: 404 }))}/api/sync`;
  const [found] = await checkPlatformSide(asking(), { endpoint, wire, slugs }, findingsOf('instance'));
  expect(found).toMatchObject({ check: 'secret', verdict: 'failed' });
  const problem = () =>
    Response.json({ code: 'not_found', detail: 'There is nothing here.' }, { status: 404 });
  const slash = `${await server(problem)}/api/sync/`;
  const [other] = await checkPlatformSide(asking(), { endpoint: slash, wire, slugs }, findingsOf('instance'));
  expect(other).toMatchObject({ check: 'secret', verdict: 'failed' });
});

test('a Cal.com that the platform takes for a Keyferry is told', async () => {
  const webappUrl = await server(calcom(SECRET));
  const side = { webappUrl, wire, slugs, kind: 'keyferry' } as const;
  const found = await checkInstanceSide(asking(), side, findingsOf('platform'));
  expect(found.find(({ check }) => check === 'target')).toMatchObject({
    verdict: 'warning',
    remedy: 'Set KEYFERRY_TARGET=calcom on the platform.',
  });
});

test('apps that one side does not know are told', async () => {
  const status = { role: 'instance', version: '9.9.9', time: Date.now(), sharing: true, apps: ['zoom'] };
  const webappUrl = await server(() => Response.json(status));
  const found = await checkInstanceSide(
    asking(),
    { webappUrl, wire, slugs, kind: 'keyferry' },
    findingsOf('platform'),
  );
  expect(found.find(({ check }) => check === 'apps')).toMatchObject({
    verdict: 'warning',
    detail: 'unknown to the other side: google-calendar; unknown to this side: zoom',
  });
});

test.each([
  [0, 'ok'],
  [60_000, 'ok'],
  [-61_000, 'warning'],
  [300_000, 'warning'],
  [-301_000, 'failed'],
])('a clock that is off by %i ms: %s', (skew, verdict) => {
  expect(checkClock(1_000_000 + skew, 1_000_000, findingsOf('instance')).verdict).toBe(verdict);
});
