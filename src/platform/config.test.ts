import { describe, expect, test } from 'vitest';
import { ConfigError } from '../lib/config.ts';
import { readPlatformConfig } from './config.ts';

const ENV = {
  CALCOM_WEBAPP_URL: 'https://cal.example/',
  CALCOM_WEBHOOK_SECRET: 'a-secret',
  CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
  KEYFERRY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  KEYFERRY_API_KEY: 'a key of more than twenty characters',
};

function problems(env: Record<string, string | undefined>): string[] {
  try {
    readPlatformConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable);
    throw error;
  }
  return [];
}

test('the variables of the instance, and its own', () => {
  const config = readPlatformConfig(ENV, { data: '/data' });
  expect(config).toMatchObject({
    database: { file: '/data/platform.db' },
    sync: { secret: 'a-secret', webappUrl: 'https://cal.example' },
    publicUrl: 'http://localhost:5100',
    withRefreshToken: false,
    allowPrivateAddresses: false,
    trustProxy: false,
  });
});

test('what is set wins over what is given', () => {
  const given = { publicUrl: 'http://localhost:6000' };
  expect(readPlatformConfig(ENV, given).publicUrl).toBe('http://localhost:6000');
  const env = {
    ...ENV,
    KEYFERRY_PLATFORM_URL: 'https://connect.example/',
    DATABASE_URL: 'postgres://keyferry@db:5432/keyferry',
    KEYFERRY_DELIVER_REFRESH_TOKEN: 'true',
  };
  expect(readPlatformConfig(env, given)).toMatchObject({
    publicUrl: 'https://connect.example',
    database: { url: 'postgres://keyferry@db:5432/keyferry' },
    withRefreshToken: true,
  });
});

describe('what is wrong is named, all of it at once', () => {
  test('nothing set', () => {
    expect(problems({})).toEqual([
      'KEYFERRY_ENCRYPTION_KEYS',
      'CALCOM_WEBAPP_URL',
      'CALCOM_WEBHOOK_SECRET',
      'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY',
    ]);
  });

  test.each([
    ['KEYFERRY_API_KEY', 'short'],
    ['KEYFERRY_PLATFORM_URL', 'localhost'],
    ['KEYFERRY_ENCRYPTION_KEYS', 'k1:short'],
    ['KEYFERRY_DELIVER_REFRESH_TOKEN', 'yes'],
    ['CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY', 'x'.repeat(44)],
    ['DATABASE_URL', 'mysql://db'],
  ])('%s as %s', (variable, value) => {
    expect(problems({ ...ENV, [variable]: value })).toEqual([variable]);
  });
});

describe("the host's webhook", () => {
  const [ONE, TWO] = [32, 24].map(bytes => `whsec_${Buffer.alloc(bytes, bytes).toString('base64')}`) as [
    string,
    string,
  ];
  const url = 'https://host.example/keyferry?a=b';
  const set = (secret: string) => ({
    ...ENV,
    KEYFERRY_HOST_WEBHOOK_URL: url,
    KEYFERRY_HOST_WEBHOOK_SECRET: secret,
  });

  test('is nowhere, or where both variables say', () => {
    expect(readPlatformConfig(ENV).hostWebhook).toBeNull();
    expect(readPlatformConfig(set(ONE)).hostWebhook).toEqual({ url, secrets: [ONE] });
  });

  test.each([`${ONE} ${TWO}`, `${ONE},${TWO}`, `${ONE}, ${TWO}`])(
    'has two secrets during a change',
    secret => {
      expect(readPlatformConfig(set(secret)).hostWebhook?.secrets).toEqual([ONE, TWO]);
    },
  );

  test.each([
    ['a secret alone', { KEYFERRY_HOST_WEBHOOK_SECRET: ONE }, 'KEYFERRY_HOST_WEBHOOK_URL'],
    ['an address alone', { KEYFERRY_HOST_WEBHOOK_URL: url }, 'KEYFERRY_HOST_WEBHOOK_SECRET'],
    ['no whsec_', set(ONE.slice(6)), 'KEYFERRY_HOST_WEBHOOK_SECRET'],
    ['no base64', set('whsec_not base64!'), 'KEYFERRY_HOST_WEBHOOK_SECRET'],
    ['a short one', set(`whsec_${Buffer.alloc(16).toString('base64')}`), 'KEYFERRY_HOST_WEBHOOK_SECRET'],
    ['three', set(`${ONE} ${TWO} ${ONE}`), 'KEYFERRY_HOST_WEBHOOK_SECRET'],
    ['no address', { ...set(ONE), KEYFERRY_HOST_WEBHOOK_URL: 'host' }, 'KEYFERRY_HOST_WEBHOOK_URL'],
  ])('is refused with %s', (_, env, variable) => {
    expect(problems({ ...ENV, ...env })).toEqual([variable]);
  });
});
