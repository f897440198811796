import { expect, test } from 'vitest';
import { parseKeyring } from '../sealed-box.ts';
import { isSetupCode, setupCode } from './setup-code.ts';

const ring = (fill: number) => parseKeyring(`k1:${Buffer.alloc(32, fill).toString('base64')}`);

test('the code follows from the keyring and the role alone', () => {
  const code = setupCode({ keyring: ring(1), role: 'instance' });
  expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){2}$/);
  expect(setupCode({ keyring: ring(1), role: 'instance' })).toBe(code);
  expect(setupCode({ keyring: ring(1), role: 'platform' })).not.toBe(code);
  expect(setupCode({ keyring: ring(2), role: 'instance' })).not.toBe(code);
});

test('it may be typed in any case, with or without its hyphens', () => {
  const context = { keyring: ring(1), role: 'instance' } as const;
  const code = setupCode(context);
  for (const typed of [code, code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `])
    expect(isSetupCode(context, typed)).toBe(true);
  for (const typed of ['', code.slice(1), `${code}2`, setupCode({ keyring: ring(1), role: 'platform' })])
    expect(isSetupCode(context, typed)).toBe(false);
});
