import { expect, test } from 'vitest';
import { aesKey } from '../protocol/index.ts';
import { parseKeyring } from './sealed-box.ts';
import { weakSecrets } from './weak-secrets.ts';

const GOOD = 'rT5nW0kqZ8yB3uVxE6hJ1mPdL9cAf2gS';
const API = 'kf-7Qm2Xw9Zt4Rb6Yc1Vn8Ld3Ph5Js0Fg';
const AES = 'a8Kx2Lq9Zm4Wc7Rt1Yv6Bn3Pj5Hd0Gs8';
const ring = (bytes: Buffer | string) => parseKeyring(`k1:${Buffer.from(bytes).toString('base64')}`);

function settings(changes: { secret?: string; apiKey?: string; aes?: string; sealing?: string } = {}) {
  const { secret = GOOD, apiKey = API, aes = AES, sealing = 'z9Yx8Wv7Ut6Sr5Qp4On3Ml2Kj1Ih0Gf9' } = changes;
  return {
    sync: { secret, header: null, encryptionKey: aesKey(aes), endpoint: null, webappUrl: null },
    apiKey,
    calendsoKey: null,
    keyring: ring(sealing),
  };
}

test('good secrets pass', () => expect(weakSecrets(settings())).toEqual([]));

test.each([
  ['one character', { secret: 'a' }, 'CALCOM_WEBHOOK_SECRET', /has 1 characters/],
  ['a word', { secret: 'secret' }, 'CALCOM_WEBHOOK_SECRET', /under 24/],
  ['23 characters', { secret: GOOD.slice(0, 23) }, 'CALCOM_WEBHOOK_SECRET', /under 24/],
  ['20 times one character', { apiKey: 'a'.repeat(20) }, 'KEYFERRY_API_KEY', /has 20/],
  ['40 times two characters', { secret: 'ab'.repeat(40) }, 'CALCOM_WEBHOOK_SECRET', /repeats/],
  ['the shared secret', { apiKey: GOOD }, 'KEYFERRY_API_KEY', /equal to CALCOM_WEBHOOK_SECRET/],
  ['an AES key of one character', { aes: 'a'.repeat(32) }, 'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY', /repeats/],
  ['the secret as AES key', { aes: GOOD }, 'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY', /equal to/],
  [
    'the sealing key',
    { sealing: AES },
    'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY',
    /equal to the sealing key k1/,
  ],
])('%s is told, and not repeated', (_, changes, name, fault) => {
  const found = weakSecrets(settings(changes));
  expect(found).toEqual([{ name, fault: expect.stringMatching(fault), remedy: expect.any(String) }]);
  const secret = Object.values(changes)[0] as string;
  if (secret.length > 6) expect(JSON.stringify(found)).not.toContain(secret);
});

test('24 characters that chance made are enough', () => {
  expect(weakSecrets(settings({ secret: GOOD.slice(0, 24) }))).toEqual([]);
});
