import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../../test/engines.ts';
import { API_KEY, CLIENT } from '../../../test/platform/platform.ts';
import {
  bodyOf,
  newAdmin,
  problemOf,
  ROLES,
  type SignInSide,
  startRole,
  Visitor,
  withKey,
} from '../../../test/sign-in.ts';

const APPS = '/api/keyferry/v1/apps';
const ZOOM = '/api/keyferry/v1/apps/zoom';
const KEYS = { keys: CLIENT };

describe.each(ROLES)('the %s', role => {
  let store: TestDatabase;
  let side: SignInSide;
  let visitor: Visitor;
  beforeAll(async () => {
    store = await (engines[0] as (typeof engines)[number]).create();
    side = await startRole(role, store.location, { publicUrl: `http://${role}.test:8080` });
    visitor = await newAdmin(side, 'ada@example.com');
  });
  afterAll(async () => {
    await side.close();
    await store.dispose();
  });

  test('lets a session of an admin do what a key may', async () => {
    const answer = await visitor.send('GET', APPS);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await new Visitor(side).send('GET', APPS)).status).toBe(401);
    expect((await withKey(side, 'GET', APPS)).status).toBe(200);
  });

  test('does not look at the cookie where there is a key', async () => {
    const wrong = { authorization: 'Bearer not-the-key' };
    expect(await problemOf(visitor.send('GET', APPS, undefined, wrong))).toEqual([401, 'unauthenticated']);
    const right = { authorization: `Bearer ${API_KEY}`, origin: 'https://evil.example' };
    expect((await visitor.send('PUT', ZOOM, KEYS, right)).status).toBe(200);
  });

  test.each([
    ['nothing', {}],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another port of the host', { 'sec-fetch-site': 'same-site', origin: `http://${role}.test:9090` }],
    ['no origin', { origin: 'null' }],
    ['an origin that begins alike', { origin: `http://${role}.test:80801` }],
  ])('refuses a change with a cookie that tells of %s', async (_, headers) => {
    for (const [method, path, body] of [
      ['PUT', ZOOM, { enabled: false }],
      ['DELETE', '/api/sessions', undefined],
      ['DELETE', '/api/session', undefined],
      ['PUT', '/api/session/password', {}],
      ['POST', '/api/session', {}],
    ] as const) {
      const answer = visitor.send(method, path, body, headers);
      expect(await problemOf(answer), `${method} ${path}`).toEqual([403, 'origin_refused']);
    }
    expect(await visitor.user()).not.toBeNull();
    // A page that only reads is not concerned: another site cannot see the answer.
    expect((await visitor.send('GET', APPS, undefined, headers)).status).toBe(200);
  });

  test.each([
    ['same-origin', { 'sec-fetch-site': 'same-origin' }],
    ['its own address', { origin: `http://${role}.test:8080` }],
  ])('takes a change with a cookie that tells of %s', async (_, headers) => {
    expect((await visitor.send('PUT', ZOOM, KEYS, headers)).status).toBe(200);
  });

  test('takes a change at another address than the browser knows, as behind a proxy', async () => {
    const behind = new Visitor({ ...side, publicUrl: 'http://127.0.0.1:3000' });
    for (const [name, value] of visitor.cookies) behind.cookies.set(name, value);
    const answer = (origin: string) => behind.send('PUT', ZOOM, KEYS, { origin });
    expect((await answer(`http://${role}.test:8080`)).status).toBe(200);
    expect((await answer('http://127.0.0.1:3000')).status).toBe(200);
    expect((await answer('http://127.0.0.1:3001')).status).toBe(403);
  });

  test('refuses a sign-in and a set-up from the page of another site, without a cookie too', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    for (const path of ['/api/session', '/api/setup'])
      expect(await problemOf(new Visitor(side).send('POST', path, {}, headers))).toEqual([
        403,
        'origin_refused',
      ]);
    // A program has neither a cookie nor an origin.
    const body = { email: 'ada@example.com', password: 'wrong password' };
    expect((await new Visitor(side).send('POST', '/api/session', body, {})).status).toBe(401);
  });

  test.each(role === 'instance' ? ['access-token', 'form-credential'] : [])(
    'gives a session no answer of %s: it holds what no browser may see',
    async name => {
      const body = { userId: 1, appSlug: 'zoom' };
      const refused = await visitor.send('POST', `/api/keyferry/v1/${name}`, body);
      expect([refused.status, await refused.json()]).toEqual([
        401,
        expect.objectContaining({ code: 'unauthenticated' }),
      ]);
      expect((await withKey(side, 'POST', `/api/keyferry/v1/${name}`, body)).status).toBe(404);
    },
  );

  test('takes the key of the wire alone where no session ever goes', async () => {
    const paths = role === 'instance' ? ['/api/webhook/app-credential'] : ['/api/sync'];
    for (const path of paths) expect((await visitor.send('POST', path, {})).status).toBe(403);
  });

  test('documents its session routes', async () => {
    const document = await bodyOf<{ paths: object; components: object }>(
      new Visitor(side).send('GET', '/api/openapi.json'),
    );
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/session',
        '/api/session/password',
        '/api/sessions',
        '/api/sessions/{id}',
        '/api/setup',
      ]),
    );
    expect(document).toMatchObject({
      security: [{ apiKey: [] }, { session: [] }],
      components: { securitySchemes: { session: { in: 'cookie', name: `keyferry_${role}` } } },
    });
  });
});
