import { expect, test } from 'vitest';
import { PLATFORM_URL, type PlatformOptions, startPlatform } from '../../../test/platform/platform.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

async function ask(path: string, options: PlatformOptions = {}): Promise<Response> {
  const { platform } = await startPlatform(options);
  return platform.fetch(new Request(`${PLATFORM_URL}${path}`));
}

test('the look of the host is told to everybody, and no other origin', async () => {
  const logo = { type: 'image/svg+xml', bytes: new Uint8Array(Buffer.from(SVG)) } as const;
  const host = { name: 'Acme', url: 'https://acme.example/', colour: '#5b21b6', logo };
  const answer = await ask('/api/connect/host', { host });
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { name: 'Acme', url: 'https://acme.example/', colour: '#5b21b6', logo: '/connect/logo' },
  ]);
});

test('a host that says nothing of itself has a plain look', async () => {
  expect(await (await ask('/api/connect/host')).json()).toEqual({
    name: null,
    url: null,
    colour: null,
    logo: null,
  });
  const none = await ask('/connect/logo');
  expect([none.status, await none.json()]).toMatchObject([404, { code: 'not_found' }]);
});

test('a logo is a picture and nothing else: what it holds does not run', async () => {
  const logo = { type: 'image/svg+xml', bytes: new Uint8Array(Buffer.from(SVG)) } as const;
  const answer = await ask('/connect/logo', { host: { name: null, url: null, colour: null, logo } });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(SVG);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/svg+xml',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  });
});
