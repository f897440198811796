import { expect, test } from 'vitest';
import { connectLink, readConnectTemplate } from './connect-link.ts';

test('is filled in, encoded', () => {
  const template = readConnectTemplate('https://product.example/apps?app={app}&user={userId}#connect');
  expect(connectLink(template, { app: 'a&b', userId: 7 })).toBe(
    'https://product.example/apps?app=a%26b&user=7#connect',
  );
});

test('may be a plain address', () => {
  expect(readConnectTemplate('http://localhost:3000')).toBe('http://localhost:3000');
});

test.each([
  ['product.example/apps', 'is not an http or https address'],
  ['javascript:alert(1)', 'is not an http or https address'],
  ['https://ann:secret@product.example', 'holds a user name or a password'],
  ['https://{app}.example/', 'has a placeholder in its host'],
  ['https://product.example/{slug}', 'has {slug}, which stands for nothing'],
])('%s is refused', (text, fault) => {
  expect(() => readConnectTemplate(text)).toThrow(fault);
});
