import { KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readVariables } from './config.ts';
import { readSyncSettings } from './sync-settings.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const OLD = { CALCOM_WEBHOOK_SECRET: 's', CALCOM_WEBHOOK_HEADER_NAME: 'X-Sync' };
const NEW = { CALCOM_CREDENTIAL_SYNC_SECRET: 's', CALCOM_CREDENTIAL_SYNC_HEADER_NAME: 'X-Sync' };

function read(env: Record<string, string>) {
  const variables = readVariables(env);
  return { settings: readSyncSettings(variables), problems: variables.problems };
}

test('nothing set: the feature is off, and that is no problem', () => {
  expect(read({})).toEqual({
    settings: { secret: null, header: null, encryptionKey: null, endpoint: null, webappUrl: null },
    problems: [],
  });
});

test.each([
  ["the document's names", OLD],
  ['the later names', NEW],
  ['both, with one value', { ...OLD, ...NEW }],
])('reads %s', (_, names) => {
  const { settings, problems } = read({
    ...names,
    CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: KEY,
    CALCOM_CREDENTIAL_SYNC_ENDPOINT: 'http://localhost:5100/api/sync',
    CALCOM_WEBAPP_URL: 'http://localhost:3000/',
  });
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    secret: 's',
    header: 'X-Sync',
    encryptionKey: expect.any(KeyObject),
    endpoint: 'http://localhost:5100/api/sync',
    webappUrl: 'http://localhost:3000',
  });
  expect(settings.encryptionKey?.export()).toEqual(Buffer.from(KEY));
});

describe('a problem', () => {
  const on = { CALCOM_WEBHOOK_SECRET: 's', CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: KEY };

  test.each([
    ['CALCOM_WEBHOOK_SECRET', 'CALCOM_CREDENTIAL_SYNC_SECRET'],
    ['CALCOM_WEBHOOK_HEADER_NAME', 'CALCOM_CREDENTIAL_SYNC_HEADER_NAME'],
  ])('is that %s and %s differ', (first, second) => {
    const { problems } = read({ ...on, [first]: 'one', [second]: 'other' });
    expect(problems).toEqual([
      {
        variable: first,
        problem: `and ${second} differ`,
        remedy: 'They mean the same: set one of them, or both to one value.',
      },
    ]);
  });

  test('is a key of 44 characters, which openssl rand -base64 32 gives; the remedy is the command', () => {
    const wrong = 'q5bH1nV0TtH0dDqk3oO0CwZkX2l7mYpJr8sU4eF6gIA=';
    const { settings, problems } = read({ ...on, CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: wrong });
    expect(settings.encryptionKey).toBeNull();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      variable: 'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY',
      problem: 'has 44 characters instead of 32',
      remedy: expect.stringContaining('openssl rand -base64 24'),
    });
  });

  test('is a key with a character of more than one byte', () => {
    const { problems } = read({ ...on, CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: `${KEY.slice(1)}€` });
    expect(problems.map(({ problem }) => problem)).toEqual(['has a character of more than one byte']);
  });

  test('is a key in quotes, told once', () => {
    const { problems } = read({ ...on, CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: `"${KEY}"` });
    expect(problems.map(({ problem }) => problem)).toEqual(['has quotes around its value']);
  });

  test('is a secret without a key, or a key without a secret', () => {
    expect(read({ CALCOM_CREDENTIAL_SYNC_SECRET: 's' }).problems).toMatchObject([
      { variable: 'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY', problem: 'is not set, but the secret is' },
    ]);
    expect(read({ CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: KEY }).problems).toMatchObject([
      { variable: 'CALCOM_WEBHOOK_SECRET', problem: 'is not set, but the encryption key is' },
    ]);
  });

  test.each([' s', 's ', 'a b', 'sécret', 'a\tb'])('is a secret that no header carries: %j', secret => {
    const { problems } = read({
      CALCOM_CREDENTIAL_SYNC_SECRET: secret,
      CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: KEY,
    });
    expect(problems).toMatchObject([
      {
        variable: 'CALCOM_CREDENTIAL_SYNC_SECRET',
        problem: 'holds blanks or characters that no header carries',
        remedy: expect.stringContaining('openssl rand -base64 32'),
      },
    ]);
  });

  test.each(['x sync', 'x:sync', 'süß'])('is a name that no header has: %s', header => {
    const { problems } = read({ ...on, CALCOM_CREDENTIAL_SYNC_HEADER_NAME: header });
    expect(problems).toMatchObject([
      { variable: 'CALCOM_CREDENTIAL_SYNC_HEADER_NAME', problem: 'is not a header name' },
    ]);
  });

  test.each(['Content-Type', 'content-length', 'Host', 'authorization'])(
    'is a header of HTTP itself: %s',
    header => {
      const { problems } = read({ ...on, CALCOM_WEBHOOK_HEADER_NAME: header });
      expect(problems).toMatchObject([
        { variable: 'CALCOM_WEBHOOK_HEADER_NAME', problem: 'names a header that has its own meaning' },
      ]);
    },
  );

  test('never comes alone where there are several, and never repeats a value', () => {
    const { problems } = read({
      CALCOM_WEBHOOK_SECRET: 'hunter 2',
      CALCOM_CREDENTIAL_SYNC_SECRET: 'hunter 3',
      CALCOM_WEBHOOK_HEADER_NAME: 'hunter 4',
      CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: 'hunter5',
      CALCOM_CREDENTIAL_SYNC_ENDPOINT: 'hunter6',
      CALCOM_WEBAPP_URL: 'hunter7',
    });
    expect(problems.map(({ variable }) => variable)).toEqual([
      'CALCOM_WEBHOOK_SECRET',
      'CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY',
      'CALCOM_WEBHOOK_HEADER_NAME',
      'CALCOM_WEBHOOK_SECRET',
      'CALCOM_CREDENTIAL_SYNC_ENDPOINT',
      'CALCOM_WEBAPP_URL',
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter');
  });
});
