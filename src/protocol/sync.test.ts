import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { parseSyncRequest, SYNC_REQUEST_TYPE, syncRequestBody } from './sync.ts';

const REQUEST = { calcomUserId: 300, appSlug: 'zoom' };

test('the body is the one that Cal.com sends', () => {
  expect(syncRequestBody(REQUEST)).toBe('calcomUserId=300&appSlug=zoom');
});

describe('parseSyncRequest', () => {
  test('reads what syncRequestBody wrote', () => {
    const user = fc.integer({ min: 1, max: 2_147_483_647 });
    fc.assert(
      fc.property(
        user,
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
        (calcomUserId, appSlug) => {
          fc.pre(appSlug.length <= 200);
          const request = { calcomUserId, appSlug };
          expect(parseSyncRequest(syncRequestBody(request), SYNC_REQUEST_TYPE)).toEqual(request);
          expect(parseSyncRequest(JSON.stringify(request), 'application/json')).toEqual(request);
        },
      ),
    );
  });

  test.each([
    ['a form', 'calcomUserId=300&appSlug=zoom', 'application/x-www-form-urlencoded;charset=UTF-8'],
    ['a form without a type', 'calcomUserId=300&appSlug=zoom', ''],
    ['further members', 'calcomUserId=300&appSlug=zoom&reason=expired', 'application/x-www-form-urlencoded'],
    ['JSON with a number', '{"calcomUserId":300,"appSlug":"zoom"}', 'application/json'],
    ['JSON with a text', '{"calcomUserId":"300","appSlug":"zoom"}', 'Application/JSON; charset=utf-8'],
    ['JSON sent as text', ' {"calcomUserId":300,"appSlug":"zoom"}', 'text/plain'],
  ])('takes %s', (_, body, type) => {
    expect(parseSyncRequest(body, type)).toEqual(REQUEST);
  });

  test.each([
    ['an empty body', ''],
    ['no user', 'appSlug=zoom'],
    ['no app', 'calcomUserId=300'],
    ['an empty app', 'calcomUserId=300&appSlug='],
    ['a user that only begins with a number', 'calcomUserId=12abc&appSlug=zoom'],
    ['a user of 0', 'calcomUserId=0&appSlug=zoom'],
    ['a negative user', 'calcomUserId=-1&appSlug=zoom'],
    ['a fraction', '{"calcomUserId":1.5,"appSlug":"zoom"}'],
    ['a user beyond 32 bits', 'calcomUserId=2147483648&appSlug=zoom'],
    ['an array', '{"calcomUserId":[300],"appSlug":"zoom"}'],
    ['an app that is a number', '{"calcomUserId":300,"appSlug":5}'],
    ['a very long app', `calcomUserId=300&appSlug=${'z'.repeat(201)}`],
  ])('refuses %s', (_, body) => {
    expect(() => parseSyncRequest(body, 'application/x-www-form-urlencoded')).toThrow(z.ZodError);
  });

  test.each(['{', '', 'calcomUserId=300&appSlug=zoom'])('refuses as JSON: %s', body => {
    expect(() => parseSyncRequest(body, 'application/json')).toThrow(SyntaxError);
  });

  test.each(['null', '5', '[]', '"x"'])('refuses the JSON %s', body => {
    expect(() => parseSyncRequest(body, 'application/json')).toThrow(z.ZodError);
  });
});
