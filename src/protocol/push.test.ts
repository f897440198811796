import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePush, pushAnswer } from './push.ts';

const GOOD = { userId: 5, appSlug: 'zoom', keys: '00:11' };

describe('parsePush', () => {
  test('takes the three members and ignores further ones', () => {
    const body = { ...GOOD, teamId: 1, invalid: true, id: 9, type: 'x' };
    expect(parsePush(body)).toEqual(GOOD);
  });

  test('leaves what the numbers and texts mean to later checks', () => {
    for (const userId of [-1, 0, 2_147_483_648, 1e20])
      expect(parsePush({ ...GOOD, userId })).toMatchObject({ userId });
    expect(parsePush({ ...GOOD, appSlug: '', keys: '' })).toEqual({ userId: 5, appSlug: '', keys: '' });
  });

  // The bytes that Cal.com's route was seen to answer as the member `error`.
  test.each([
    [
      'null',
      'null',
      '[{"code":"invalid_type","expected":"object","received":"null","path":[],"message":"Expected object, received null"}]',
    ],
    [
      'an array',
      '[]',
      '[{"code":"invalid_type","expected":"object","received":"array","path":[],"message":"Expected object, received array"}]',
    ],
    [
      'a text',
      '"x"',
      '[{"code":"invalid_type","expected":"object","received":"string","path":[],"message":"Expected object, received string"}]',
    ],
    [
      'no userId',
      '{"appSlug":"zoom","keys":"k"}',
      '[{"code":"invalid_type","expected":"number","received":"undefined","path":["userId"],"message":"Required"}]',
    ],
    [
      'an empty object',
      '{}',
      '[{"code":"invalid_type","expected":"number","received":"undefined","path":["userId"],"message":"Required"},' +
        '{"code":"invalid_type","expected":"string","received":"undefined","path":["appSlug"],"message":"Required"},' +
        '{"code":"invalid_type","expected":"string","received":"undefined","path":["keys"],"message":"Required"}]',
    ],
    [
      'a userId in quotes',
      '{"userId":"5","appSlug":"zoom","keys":"k"}',
      '[{"code":"invalid_type","expected":"number","received":"string","path":["userId"],"message":"Expected number, received string"}]',
    ],
    [
      'a userId of null',
      '{"userId":null,"appSlug":"zoom","keys":"k"}',
      '[{"code":"invalid_type","expected":"number","received":"null","path":["userId"],"message":"Expected number, received null"}]',
    ],
    [
      'a userId of true',
      '{"userId":true,"appSlug":"zoom","keys":"k"}',
      '[{"code":"invalid_type","expected":"number","received":"boolean","path":["userId"],"message":"Expected number, received boolean"}]',
    ],
    [
      'a userId with a fraction, whose path stands last',
      '{"userId":5.5,"appSlug":"zoom","keys":"k"}',
      '[{"code":"invalid_type","expected":"integer","received":"float","message":"Expected integer, received float","path":["userId"]}]',
    ],
    [
      'a userId beyond every number',
      '{"userId":1e999,"appSlug":"zoom","keys":"k"}',
      '[{"code":"invalid_type","expected":"integer","received":"float","message":"Expected integer, received float","path":["userId"]}]',
    ],
    [
      'an appSlug that is a number and keys that are an object',
      '{"userId":5,"appSlug":1,"keys":{}}',
      '[{"code":"invalid_type","expected":"string","received":"number","path":["appSlug"],"message":"Expected string, received number"},' +
        '{"code":"invalid_type","expected":"string","received":"object","path":["keys"],"message":"Expected string, received object"}]',
    ],
  ])('answers %s byte for byte', (_, body, expected) => {
    expect(JSON.stringify(parsePush(JSON.parse(body)))).toBe(expected);
  });

  test('never throws, and its issues never repeat a value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), body => {
        const judged = parsePush(body);
        if (!Array.isArray(judged)) return;
        for (const issue of judged) {
          expect(new Set(Object.keys(issue))).toEqual(
            new Set(['code', 'expected', 'message', 'path', 'received']),
          );
          expect(issue.message).toMatch(/^(Required|Expected \w+, received \w+)$/);
        }
      }),
    );
  });
});

test('the answers of a stored push', () => {
  expect(JSON.stringify(pushAnswer(5, true))).toBe('{"message":"Credentials created for userId: 5"}');
  expect(JSON.stringify(pushAnswer(5, false))).toBe('{"message":"Credentials updated for userId: 5"}');
});
