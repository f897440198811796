import { expect, test } from 'vitest';
import { badInputGround, GOOD, type Row, sealed } from './bad-input-ground.ts';
import { describeEngines } from './engines.ts';

describeEngines('bad input', engine => {
  const { wrong, expectRefused } = badInputGround(engine);
  const issue = (name: string, expected: string, received: string) => ({
    code: 'invalid_type',
    expected,
    received,
    path: [name],
    message: received === 'undefined' ? 'Required' : `Expected ${expected}, received ${received}`,
  });

  // Rows of Cal.com's observed answers; where ours differ on purpose, docs/protocol.md#5 says so.
  const ROWS: Row[] = [
    [
      'no secret',
      () => [wrong(sealed(GOOD)), { 'calcom-webhook-secret': '' }],
      403,
      'Invalid credential sync secret',
    ],
    [
      'wrong secret',
      () => [wrong(sealed(GOOD)), { 'calcom-webhook-secret': 'no' }],
      403,
      'Invalid credential sync secret',
    ],
    [
      'wrong secret and broken body',
      () => ['{', { 'calcom-webhook-secret': 'no' }],
      403,
      'Invalid credential sync secret',
    ],
    ['broken JSON', () => ['{"userId":'], 400, 'The body is not JSON'],
    ['empty body', () => [''], 400, 'The body is not JSON'],
    ['no body', () => [null], 400, 'The body is not JSON'],
    ['form body', () => ['userId=5&appSlug=zoom'], 400, 'The body is not JSON'],
    [
      'body null',
      () => ['null'],
      400,
      [
        {
          code: 'invalid_type',
          expected: 'object',
          received: 'null',
          path: [],
          message: 'Expected object, received null',
        },
      ],
    ],
    [
      'body []',
      () => ['[]'],
      400,
      [
        {
          code: 'invalid_type',
          expected: 'object',
          received: 'array',
          path: [],
          message: 'Expected object, received array',
        },
      ],
    ],
    [
      'body "x"',
      () => ['"x"'],
      400,
      [
        {
          code: 'invalid_type',
          expected: 'object',
          received: 'string',
          path: [],
          message: 'Expected object, received string',
        },
      ],
    ],
    [
      'body {}',
      () => ['{}'],
      400,
      [
        issue('userId', 'number', 'undefined'),
        issue('appSlug', 'string', 'undefined'),
        issue('keys', 'string', 'undefined'),
      ],
    ],
    ['userId text', () => [wrong('x', { userId: '5' })], 400, [issue('userId', 'number', 'string')]],
    ['userId null', () => [wrong('x', { userId: null })], 400, [issue('userId', 'number', 'null')]],
    ['userId true', () => [wrong('x', { userId: true })], 400, [issue('userId', 'number', 'boolean')]],
    ['userId 5.5', () => [wrong('x', { userId: 5.5 })], 400, [issue('userId', 'integer', 'float')]],
    ['appSlug number', () => [wrong('x', { appSlug: 1 })], 400, [issue('appSlug', 'string', 'number')]],
    ['keys object', () => [wrong({})], 400, [issue('keys', 'string', 'object')]],
    [
      'userId beyond int4',
      () => [wrong(sealed(GOOD), { userId: 2_147_483_648 })],
      400,
      'userId is out of range',
    ],
    ['userId 1e20', () => [wrong(sealed(GOOD), { userId: 1e20 })], 400, 'userId is out of range'],
    ['NUL in appSlug', () => [wrong(sealed(GOOD), { appSlug: 'zoom\0' })], 404, 'App not found'],
    ['unknown user', () => [wrong(sealed(GOOD), { userId: 2_000_000_000 })], 404, 'User not found'],
    ['userId -1', () => [wrong(sealed(GOOD), { userId: -1 })], 404, 'User not found'],
    ['unknown user before bad keys', () => [wrong('x', { userId: 2_000_000_000 })], 404, 'User not found'],
    ['unknown slug', () => [wrong(sealed(GOOD), { appSlug: 'nothing' })], 404, 'App not found'],
    ['slug in other case', () => [wrong(sealed(GOOD), { appSlug: 'Zoom' })], 404, 'App not found'],
    ['dirName as slug', () => [wrong(sealed(GOOD), { appSlug: 'zoomvideo' })], 404, 'App not found'],
    [
      'row without code',
      () => [wrong(sealed(GOOD), { appSlug: 'no-code' })],
      404,
      'App not found. Ensure that you have the correct app slug',
    ],
    ['2 MB body', () => ['x'.repeat(2_000_000)], 413, expect.stringContaining('262144')],
    [
      '2 MB body, length declared',
      () => ['x'.repeat(2_000_000), { 'content-length': '2000000' }],
      413,
      expect.stringContaining('262144'),
    ],
  ];

  test.each(ROWS)('%s', async (_, request, status, said) => {
    await expectRefused(request(), status, said);
  });
});
