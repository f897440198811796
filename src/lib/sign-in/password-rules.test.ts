import { describe, expect, test } from 'vitest';
import { checkPassword } from './password-rules.ts';

const EMAIL = 'ada.lovelace@example.com';

describe('a password', () => {
  test.each(['correct horse', 'längeres Wort', 'w8$Kq!2zPx', 'eine ganze Zeile von Wörtern '.repeat(8)])(
    '%j is taken',
    password => {
      expect(() => checkPassword(password, EMAIL)).not.toThrow();
    },
  );

  test.each([
    ['nine chars', 'ninechars'],
    ['nine emoji', '😀'.repeat(9)],
    ['257 characters', `${'abcd'.repeat(64)}e`],
    ['the e-mail', 'Ada.Lovelace@Example.com'],
    ['a common one', 'Password123'],
    ['a common one in disguise', 'pass-word 1234!'],
    ['one letter', 'aaaaaaaaaaaa'],
    ['three letters', 'abcabcabcabc'],
  ])('that is %s is refused, without a word of it', (_, password) => {
    let thrown: unknown;
    try {
      checkPassword(password, EMAIL);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'password_refused' });
    expect(String(thrown)).not.toContain(password);
  });
});
