import { expect, test } from 'vitest';
import { createCatalogue, isOAuthApp, type OAuthApp } from '../../apps/index.ts';
import { readImported } from './read-imported.ts';

const NOW = Date.UTC(2026, 0, 15);

function app(slug: string): OAuthApp {
  const found = createCatalogue().get(slug);
  if (found === undefined || !isOAuthApp(found)) throw new Error('no such app');
  return found;
}

test("members under Cal.com's names get the provider's", () => {
  const key = { accessToken: 'a', refreshToken: 'r', expiryDate: NOW + 60_000, more: 1 };
  expect(readImported(app('hubspot'), key, NOW)).toMatchObject({
    accessToken: 'a',
    refreshToken: 'r',
    expiresAt: NOW + 60_000,
    wire: { access_token: 'a', refresh_token: 'r', more: 1 },
  });
  const both = { access_token: 'a', accessToken: 'b' };
  expect(readImported(app('hubspot'), both, NOW)).toMatchObject({ accessToken: 'a', wire: both });
});

test('a provider of several hosts wants to know which one it is', () => {
  const tokens = { access_token: 'a', refresh_token: 'r' };
  const server = 'https://accounts.zoho.eu';
  for (const name of ['accounts-server', 'accountServer']) {
    expect(readImported(app('zohocrm'), { ...tokens, [name]: server }, NOW).wire).toMatchObject({
      'accounts-server': server,
    });
  }
  for (const more of [{}, { 'accounts-server': 'https://evil.example' }, { accountServer: 7 }]) {
    expect(() => readImported(app('zohocrm'), { ...tokens, ...more }, NOW)).toThrow(
      expect.objectContaining({ code: 'body_invalid' }),
    );
  }
  expect(readImported(app('zohocrm'), { access_token: 'a' }, NOW)).toMatchObject({ refreshToken: null });
});

test('one that is no token is told by its member', () => {
  expect(() => readImported(app('zoom'), { refresh_token: 'r' }, NOW)).toThrow('access_token');
});
