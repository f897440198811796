import { expect, test } from 'vitest';
import { badInputGround, GOOD, sealed } from './bad-input-ground.ts';
import { describeEngines } from './engines.ts';

const iv = '000102030405060708090a0b0c0d0e0f';

describeEngines('bad input', engine => {
  const { send, wrong, expectRefused } = badInputGround(engine);

  const KEYS: [string, () => string][] = [
    ['empty', () => ''],
    ['no colon', () => sealed(GOOD).replace(':', '')],
    ['short IV', () => `00:${sealed(GOOD).split(':')[1]}`],
    ['wrong key', () => `${iv}:${'ab'.repeat(32)}`],
    ['truncated, odd', () => sealed(GOOD).slice(0, -1)],
    ['truncated, one block', () => sealed(GOOD).slice(0, -32)],
    ['not hex', () => `${iv}:${'zz'.repeat(32)}`],
    ['trailing newline', () => `${sealed(GOOD)}\n`],
    ['extra colon', () => `${sealed(GOOD)}:`],
    ['not JSON inside', () => sealed('not json plain-of-the-push')],
    ['empty inside', () => sealed('')],
    ['5 inside', () => sealed('5')],
    ['"x" inside', () => sealed('"x"')],
    ['null inside', () => sealed('null')],
    ['[] inside', () => sealed('[]')],
    ['{} inside', () => sealed('{}')],
    ['access_token empty', () => sealed('{"access_token":""}')],
    ['access_token number', () => sealed('{"access_token":5}')],
    ['access_token with a newline', () => sealed('{"access_token":"a\\nb: c"}')],
    ['refresh_token number', () => sealed('{"access_token":"plain-of-the-push","refresh_token":5}')],
  ];

  test.each(KEYS)('keys: %s', async (_, keys) => {
    await expectRefused([wrong(keys())], 400, expect.stringMatching(/^The keys cannot be read\. /));
  });

  test('all that depends on the ciphertext gets one and the same text', async () => {
    const texts = new Set<string>();
    for (const keys of ['', sealed('5'), sealed('{}'), `${iv}:${'ab'.repeat(32)}`, sealed('no json')]) {
      texts.add((await send(wrong(keys))).text);
    }
    expect(texts.size).toBe(1);
  });
});
