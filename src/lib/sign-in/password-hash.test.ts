import { scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hashPassword, isPassword } from './password-hash.ts';

describe('a stored password', () => {
  test('is a salted hash with its cost, and another one each time', async () => {
    const [one, other] = await Promise.all([hashPassword('the password'), hashPassword('the password')]);
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(other);
    expect(await isPassword('the password', one)).toBe(true);
    expect(await isPassword('The password', one)).toBe(false);
    expect(await isPassword('', one)).toBe(false);
  });

  test('is the same however its letters are composed', async () => {
    const stored = await hashPassword('Zürich is lovely');
    expect(await isPassword('Zu\u0308rich is lovely', stored)).toBe(true);
  });

  test('of an early sandbox still opens', async () => {
    const salt = Buffer.alloc(16, 5);
    const stored = `${salt.toString('base64url')}.${scryptSync('abcd-efgh', salt, 32).toString('base64url')}`;
    expect(await isPassword('abcd-efgh', stored)).toBe(true);
    expect(await isPassword('abcd-efgi', stored)).toBe(false);
  });

  test.each([null, '', 'plain text', '$argon2id$v=19$m=1$abc$def'])(
    'that is %j opens with nothing',
    async stored => {
      expect(await isPassword('plain text', stored)).toBe(false);
    },
  );

  test('is refused as busy where too many wait, and works again', async () => {
    const stored = `$scrypt$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;
    const all = await Promise.allSettled(Array.from({ length: 70 }, () => isPassword('x', stored)));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(9);
    expect(refused[0]).toMatchObject({ reason: { code: 'busy', retryAfterMs: 5_000 } });
    expect(await isPassword('x', stored)).toBe(false);
  });

  test('is checked for those who are known however many strangers wait', async () => {
    const slow = `$scrypt$ln=14,r=8,p=5$${'A'.repeat(22)}$${'A'.repeat(43)}`;
    const order: string[] = [];
    const strangers = Array.from({ length: 5 }, () =>
      isPassword('x', slow, { line: 'strangers', from: 'anywhere' }).then(() => order.push('stranger')),
    );
    await isPassword('x', slow, { line: 'known', from: 'ada' }).then(() => order.push('known'));
    expect(order.indexOf('known')).toBeLessThan(3);
    await Promise.all(strangers);
  });
});
