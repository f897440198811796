import { expect, test } from 'vitest';
import { badInputGround } from './bad-input-ground.ts';
import { describeEngines } from './engines.ts';
import { API_KEY } from './instance.ts';

describeEngines('bad input', engine => {
  const { fetch } = badInputGround(engine);

  test('the API refuses bad requests with a problem that names the member', async () => {
    for (const [method, path, body, status, code] of [
      ['POST', '/api/v1/users', '{', 400, 'body_not_json'],
      ['POST', '/api/v1/users', '{"email":"no"}', 400, 'body_invalid'],
      ['POST', '/api/keyferry/v1/access-token', '{"userId":"5","appSlug":"zoom"}', 400, 'body_invalid'],
      ['POST', '/api/keyferry/v1/access-token', '{"userId":5,"appSlug":"zoom"}', 404, 'credential_not_found'],
      ['POST', '/api/keyferry/v1/access-token', `{"x":"${'x'.repeat(70_000)}"}`, 413, 'body_too_large'],
      ['PATCH', '/api/keyferry/v1/access-token', '{}', 405, 'method_not_allowed'],
      [
        'GET',
        '/api/keyferry/v1/busy-times?userId=1&from=today&to=2026-01-01T00:00:00Z',
        null,
        400,
        'body_invalid',
      ],
      ['GET', '/api/keyferry/v1/nothing', null, 404, 'not_found'],
    ] as const) {
      const answer = await fetch(
        new Request(`http://i.test${path}`, {
          method,
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
          ...(body === null ? {} : { body }),
        }),
      );
      expect([path, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        path,
        status,
        code,
      ]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  test('without a key, a wrong one or a broken body the API says only that', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${API_KEY}` }]) {
      for (const path of [
        '/api/v1/users',
        '/api/keyferry/v1/access-token',
        '/api/keyferry/v1/credentials',
        '/api/keyferry/v1/status',
      ]) {
        const answer = await fetch(
          new Request(`http://i.test${path}`, {
            method: 'POST',
            headers: { ...headers } as Record<string, string>,
            body: '{',
          }),
        );
        expect([path, answer.status]).toEqual([path, 401]);
      }
    }
  });
});
