import { describe, expect, test } from 'vitest';
import { ANSWER_DEPTH, credentialText, readTokenAnswer } from './credential.ts';

const NOW = Date.UTC(2026, 0, 15);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const read = (members: string) => readTokenAnswer(JSON.parse(`{"access_token":"a",${members}}`), NOW);

describe('of an odd answer what is good is taken', () => {
  test.each([
    ['what is nested deeper than JSON can be written', `"x":${nested(400_000)}`],
    ['what is nested a level too deep', `"x":${nested(ANSWER_DEPTH + 1)}`],
    ['a token type with a line break', '"token_type":"Bearer\\r\\nX: y"'],
    ['a token type of 60,000 characters', `"token_type":"${'b'.repeat(60_000)}"`],
    ['a token type that is no text', '"token_type":{}'],
    ['a scope with a line break', '"scope":"a\\nb"'],
    ['a scope that is a list', '"scope":["a"]'],
  ])('without %s', (_, member) => {
    const credential = read(`"refresh_token":"r2",${member}`);
    expect(credential.wire).toEqual({ access_token: 'a', refresh_token: 'r2' });
    expect(credential).toMatchObject({ refreshToken: 'r2', tokenType: 'Bearer', scope: null });
  });

  test.each(['7', '"a\\nb"', '{}'])('without the refresh token %s', refreshToken => {
    expect(read(`"refresh_token":${refreshToken}`)).toMatchObject({ accessToken: 'a', refreshToken: null });
  });

  test('with all that is nested as deep as is taken', () => {
    const { wire } = read(`"x":${nested(ANSWER_DEPTH)}`);
    expect(wire).toHaveProperty('x');
    expect(credentialText(wire)).toContain('"x":');
  });

  test('with token types of the grammar as they are', () => {
    for (const type of ['bearer', 'DPoP', 'urn:ietf:params:oauth:token-type:access_token', 'N_A'])
      expect(read(`"token_type":"${type}"`).tokenType).toBe(type);
  });
});

test.each(['[]', '7', 'null', '{}', '{"access_token":7}', '{"access_token":"a\\nb"}'])(
  '%s is no answer',
  body => {
    expect(() => readTokenAnswer(JSON.parse(body), NOW)).toThrow();
  },
);
