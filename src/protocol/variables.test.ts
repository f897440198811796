import { describe, expect, test } from 'vitest';
import { platformBase, presentedSecret, SYNC_PATH, secretHeaders } from './variables.ts';

/** Looks up as Headers does: without regard to case. */
function sent(headers: Record<string, string>): (name: string) => string | null {
  const all = new Headers(headers);
  return name => all.get(name);
}

describe('presentedSecret', () => {
  test.each(['calcom-webhook-secret', 'calcom-credential-sync-secret', 'CALCOM-WEBHOOK-SECRET'])(
    'without a configured name takes %s',
    name => {
      expect(presentedSecret(sent({ [name]: 's' }), null)).toBe('s');
    },
  );

  test('with a configured name takes that one alone, in any case', () => {
    expect(presentedSecret(sent({ 'x-sync': 's' }), 'X-Sync')).toBe('s');
    expect(presentedSecret(sent({ 'calcom-webhook-secret': 's' }), 'X-Sync')).toBeNull();
  });

  test('is null where nothing was sent', () => {
    expect(presentedSecret(() => undefined, null)).toBeNull();
  });

  test('a header sent twice is not the secret', () => {
    const headers = new Headers([
      ['calcom-webhook-secret', 's'],
      ['calcom-webhook-secret', 's'],
    ]);
    expect(presentedSecret(name => headers.get(name), null)).toBe('s, s');
  });
});

describe('secretHeaders', () => {
  test('sends both defaults where no name is configured: a receiver may know either', () => {
    expect(secretHeaders('s', null)).toEqual({
      'calcom-webhook-secret': 's',
      'calcom-credential-sync-secret': 's',
    });
  });

  test('sends the configured name alone, in lower case for receivers that look it up so', () => {
    expect(secretHeaders('s', 'X-Sync')).toEqual({ 'x-sync': 's' });
  });

  test('what is sent is what is received', () => {
    for (const name of [null, 'X-Sync'])
      expect(presentedSecret(sent(secretHeaders('s', name)), name)).toBe('s');
  });
});

describe('platformBase', () => {
  test.each([
    ['https://p.example/api/sync', 'https://p.example'],
    ['https://p.example:8443/below/api/sync', 'https://p.example:8443/below'],
    ['https://p.example/api/sync/', null],
    ['https://p.example/sync', null],
    ['https://p.example/api/sync?x=1', null],
  ])('of %s is %s', (endpoint, base) => {
    expect(platformBase(endpoint)).toBe(base);
    if (base !== null) expect(base + SYNC_PATH).toBe(endpoint);
  });
});
